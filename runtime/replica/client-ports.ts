/** A replica's ports for clients: the plain one, and the one for TLS where it is asked for. */

import type { Log } from '../logger.ts';
import type { AcceptClient } from '../net/client-carrier.ts';
import { ClientPort } from '../net/client-port.ts';
import type { TlsGateOptions } from '../net/tls-gate.ts';
import type { ReplicaThreadData } from './thread-messages.ts';

export interface ClientPorts {
  readonly port: number;
  /** null: there is none. */
  readonly securePort: number | null;
  /** Both accept no more and hang up on whoever is left. */
  close(): Promise<void>;
}

export interface ClientPortsListener {
  readonly log: Log;
  readonly accept: AcceptClient;
  /** A client failed to prove who it is before it was accepted. */
  readonly onAuthFailed: () => void;
}

/** @throws the system's error when a port cannot be had */
export async function openClientPorts(
  { settings, host, clientPort, secureClientPort }: ReplicaThreadData,
  { log, accept, onAuthFailed }: ClientPortsListener,
): Promise<ClientPorts> {
  const { tls, clientPortUnification, secureHost } = settings;
  const { clientTcpKeepAlive: keepAlive, clientPortListenBacklog: backlog } = settings;
  const common = { accept, keepAlive, backlog };
  const gate = (mode: TlsGateOptions['mode']): TlsGateOptions | null =>
    tls === null ? null : { settings: tls, mode, log, onAuthFailed };
  const plain = await ClientPort.listen({
    ...common,
    host,
    port: clientPort,
    tls: clientPortUnification ? gate('detect') : null,
  });
  const secure =
    secureClientPort === null
      ? null
      : await ClientPort.listen({ host: secureHost ?? host, port: secureClientPort, ...common, tls: gate('tls') });
  return {
    port: plain.port,
    securePort: secure?.port ?? null,
    async close() {
      await Promise.all([plain.close(), secure?.close()]);
    },
  };
}
