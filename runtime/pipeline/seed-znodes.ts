/** The `znodes` section of the configuration: creates what is absent, once per start, and never overwrites. */

import { setTimeout as wait } from 'node:timers/promises';
import { isRetryable, parentsOf, type Znodes } from './znodes.ts';

const RETRY_MS = 100;

/**
 * Creates each znode, and its parents, where it is absent.
 * @param signal  aborting it gives up; then the promise rejects with the signal's reason
 * @throws whatever the ensemble refuses for good, for instance a missing permission
 */
export async function seedZnodes(
  znodes: Znodes,
  seeds: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  for (const [path, text] of Object.entries(seeds)) {
    for (const parent of parentsOf(path)) await createIfAbsent(znodes, { path: parent, text: '' }, signal);
    await createIfAbsent(znodes, { path, text }, signal);
  }
}

async function createIfAbsent(
  znodes: Znodes,
  { path, text }: { readonly path: string; readonly text: string },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      if ((await znodes.read(path)) !== null) return;
      // A conflict means that somebody else created it, which is as good.
      await znodes.commit([{ type: 'create', path, data: Buffer.from(text) }]);
      return;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      await wait(RETRY_MS, undefined, { signal });
    }
  }
}
