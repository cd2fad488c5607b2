/** A right ConnectRequest: the payload of a client's first frame. */
import { NO_SESSION } from '../../core/ids.ts';
import { writeConnectRequest } from '../../core/jute/connect.ts';
import { JuteWriter } from '../../core/jute/writer.ts';

/** @param timeoutMs  short, so that sessions of enemies do not gather */
export function handshake(timeoutMs = 1): Uint8Array {
  const writer = new JuteWriter();
  writeConnectRequest(writer, {
    protocolVersion: 0,
    lastZxidSeen: 0,
    timeoutMs,
    sessionId: NO_SESSION,
    password: Buffer.alloc(16),
    readOnly: false,
  });
  return writer.copy();
}
