/** The pipeline's view of the tree, through a client of the ensemble. */

import { EnsembleError } from '../core/errors.ts';
import type { Client } from './client/client.ts';
import type { TransactionOp } from './client/transaction.ts';
import { parentsOf, type ZnodeOp, type Znodes } from './pipeline/znodes.ts';

const CONFLICTS = new Set(['BAD_VERSION', 'NODE_EXISTS', 'NO_NODE']);

export function clientZnodes(client: Client): Znodes {
  return {
    async read(path) {
      try {
        const { data, stat } = await client.getData(path);
        return { data: data ?? new Uint8Array(0), version: stat.version };
      } catch (error) {
        if (error instanceof EnsembleError && error.code === 'NO_NODE') return null;
        throw error;
      }
    },
    async commit(ops) {
      try {
        await client.multi(ops.map(toTransactionOp));
        return 'committed';
      } catch (error) {
        if (error instanceof EnsembleError && CONFLICTS.has(error.code)) return 'conflict';
        throw error;
      }
    },
  };
}

/** Creates the znodes of the configuration that are not there yet, parents included; those that are stay as they are. */
export async function seedZnodes(client: Client, znodes: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(znodes)) {
    for (const parent of parentsOf(path)) await createIfAbsent(client, parent, null);
    await createIfAbsent(client, path, text);
  }
}

async function createIfAbsent(client: Client, path: string, text: string | null): Promise<void> {
  if ((await client.exists(path)) !== null) return;
  try {
    await client.create(path, text);
  } catch (error) {
    // Another process, or this one before a lost reply, was faster.
    if (!(error instanceof EnsembleError && error.code === 'NODE_EXISTS')) throw error;
  }
}

function toTransactionOp(op: ZnodeOp): TransactionOp {
  switch (op.type) {
    case 'create':
      return { type: 'create', path: op.path, data: op.data };
    case 'set':
      return { type: 'setData', path: op.path, data: op.data, version: op.version };
    case 'delete':
      return { type: 'delete', path: op.path, version: op.version };
  }
}
