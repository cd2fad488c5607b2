/**
 * The handshake of a client connection (zookeeper.jute):
 *
 *     class ConnectRequest  { int protocolVersion; long lastZxidSeen; int timeOut; long sessionId; buffer passwd; boolean readOnly; }
 *     class ConnectResponse { int protocolVersion; int timeOut; long sessionId; buffer passwd; boolean readOnly; }
 *
 * The last field is absent in requests of old clients; the answer to such a client leaves it out too.
 */

import type { SessionId } from '../ids.ts';
import { NO_SESSION } from '../ids.ts';
import { JuteError, type JuteReader } from './reader.ts';
import type { JuteWriter } from './writer.ts';

export const PASSWORD_SIZE = 16;

export interface ConnectRequest {
  readonly protocolVersion: number;
  readonly lastZxidSeen: number;
  readonly timeoutMs: number;
  readonly sessionId: SessionId;
  readonly password: Uint8Array | null;
  /** null: the client is too old to know read-only servers. */
  readonly readOnly: boolean | null;
}

export interface ConnectResponse {
  readonly protocolVersion: number;
  /** Negotiated; 0 means refused: the session has expired or never was. */
  readonly timeoutMs: number;
  readonly sessionId: SessionId;
  readonly password: Uint8Array;
  readonly readOnly: boolean | null;
}

export function readConnectRequest(reader: JuteReader): ConnectRequest {
  const protocolVersion = reader.readInt();
  const lastZxidSeen = reader.readLong();
  const timeoutMs = reader.readInt();
  const sessionId = reader.readSessionId();
  const password = reader.readBuffer();
  const readOnly = reader.remaining > 0 ? reader.readBoolean() : null;
  return { protocolVersion, lastZxidSeen, timeoutMs, sessionId, password, readOnly };
}

export function writeConnectRequest(writer: JuteWriter, request: ConnectRequest): void {
  writer.writeInt(request.protocolVersion);
  writer.writeLong(request.lastZxidSeen);
  writer.writeInt(request.timeoutMs);
  writer.writeSessionId(request.sessionId);
  writer.writeBuffer(request.password);
  if (request.readOnly !== null) writer.writeBoolean(request.readOnly);
}

export function readConnectResponse(reader: JuteReader): ConnectResponse {
  const protocolVersion = reader.readInt();
  const timeoutMs = reader.readInt();
  const sessionId = reader.readSessionId();
  const password = reader.readBuffer();
  if (password === null) throw new JuteError('a ConnectResponse carries no password');
  const readOnly = reader.remaining > 0 ? reader.readBoolean() : null;
  return { protocolVersion, timeoutMs, sessionId, password, readOnly };
}

export function writeConnectResponse(writer: JuteWriter, response: ConnectResponse): void {
  writer.writeInt(response.protocolVersion);
  writer.writeInt(response.timeoutMs);
  writer.writeSessionId(response.sessionId);
  writer.writeBuffer(response.password);
  if (response.readOnly !== null) writer.writeBoolean(response.readOnly);
}

/** What a client gets whose session is unknown, expired or claimed with a wrong password. */
export function refusal(readOnly: boolean | null): ConnectResponse {
  return {
    protocolVersion: 0,
    timeoutMs: 0,
    sessionId: NO_SESSION,
    password: new Uint8Array(PASSWORD_SIZE),
    readOnly: readOnly === null ? null : false,
  };
}
