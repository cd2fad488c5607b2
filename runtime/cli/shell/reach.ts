/**
 * Waits until a client is connected, but not as long as a session would: somebody sits in front of it. A few seconds for
 * each server are enough to meet one that is starting, and to learn that none is there.
 */

import type { Client } from '../../client/client.ts';
import { parseConnectString } from '../../client/connect-string.ts';
import { ExitCode } from '../exit-code.ts';
import { CommandError } from './command-error.ts';

export interface ReachOptions {
  readonly server: string;
  readonly timeoutMs: number;
  /** The whole timeout, and not just a few seconds for each server. */
  readonly waitsForConnection: boolean;
}

const PER_SERVER_MS = 2000;

/** Longest time for one attempt with one server. */
export function attemptTimeoutMs(timeoutMs: number): number {
  return Math.min(PER_SERVER_MS, timeoutMs);
}

/** @throws CommandError that names the servers and what each of them did, with exit code 3 */
export async function reach(client: Client, { server, timeoutMs, waitsForConnection }: ReachOptions): Promise<void> {
  const serverCount = parseConnectString(server).servers.length;
  const startedMs = performance.now();
  const patienceMs = waitsForConnection ? timeoutMs : Math.min(timeoutMs, PER_SERVER_MS);
  for (;;) {
    try {
      await client.connected({ signal: AbortSignal.timeout(patienceMs) });
      return;
    } catch (error) {
      if (client.state === 'lost' || client.state === 'closed') throw error;
    }
    // A server that takes connections and says nothing uses up the patience alone; the others get their turn.
    const waitedMs = performance.now() - startedMs;
    const isEachTried = client.failures.size >= serverCount;
    if (isEachTried || waitedMs >= Math.min(timeoutMs, PER_SERVER_MS * (serverCount + 1))) break;
  }
  throw new CommandError(describeUnreachable(client, server), {
    exitCode: ExitCode.cannotConnect,
    code: 'CANNOT_CONNECT',
  });
}

function describeUnreachable(client: Client, server: string): string {
  const causes = [...client.failures].map(([address, cause]) => `\n  ${address}: ${cause}`);
  return `cannot connect to ${server}${causes.join('')}`;
}
