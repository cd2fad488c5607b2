/**
 * What `threadkeeper status` and `threadkeeper debug` say to a running process: one line of JSON each way, over a local
 * socket that only the same user can open.
 */

import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type AdminRequest =
  | { readonly command: 'status' }
  | { readonly command: 'kill'; readonly replica: number | 'leader' }
  | { readonly command: 'freeze'; readonly replica: number | 'leader'; readonly ms: number };

export type AdminReply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: string };

/** Longest line that either side accepts, bytes. */
export const ADMIN_LINE_MAX = 1 << 20;

/** A runtime is known by its first client port: two of them cannot share it. */
export function adminSocketPath(clientPort: number): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\threadkeeper-${clientPort}`;
  return join(tmpdir(), `threadkeeper-${process.getuid?.() ?? 0}-${clientPort}.sock`);
}

/** @throws TypeError for anything that is no request */
export function parseAdminRequest(line: string): AdminRequest {
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null || !('command' in value)) throw new TypeError('no command');
  if (value.command === 'status') return { command: 'status' };
  const replica = 'replica' in value ? value.replica : undefined;
  if (replica !== 'leader' && typeof replica !== 'number') throw new TypeError('replica is a number or "leader"');
  if (value.command === 'kill') return { command: 'kill', replica };
  const ms = 'ms' in value ? value.ms : undefined;
  if (value.command !== 'freeze' || typeof ms !== 'number') throw new TypeError('unknown command');
  return { command: 'freeze', replica, ms };
}
