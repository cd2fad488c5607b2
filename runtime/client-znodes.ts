/**
 * The pipeline's view of the tree, through a client of the ensemble.
 *
 * A pipeline outlives a session: when one expires, the next call goes through a client of a new session, and the call that
 * met the expiry is tried again by whoever made it, as after a lost connection.
 */

import { EnsembleError } from '../core/errors.ts';
import type { Client } from './client/client.ts';
import type { TransactionOp } from './client/transaction.ts';
import { parentsOf, type ZnodeOp, type Znodes } from './pipeline/znodes.ts';

const CONFLICTS = new Set(['BAD_VERSION', 'NODE_EXISTS', 'NO_NODE']);

type ZnodesClient = Pick<Client, 'getData' | 'multi' | 'state'>;

/** @param connect  makes a client of a new session; who gave it closes its clients */
export function clientZnodes(connect: () => ZnodesClient): Znodes {
  let current = connect();
  const renewIfExpired = (client: ZnodesClient, error: unknown): void => {
    if (!(error instanceof EnsembleError) || error.code !== 'SESSION_EXPIRED') return;
    // A client that was closed also answers so, and is closed because nobody wants another.
    if (client === current && client.state === 'lost') current = connect();
  };
  return {
    async read(path) {
      const client = current;
      try {
        const { data, stat } = await client.getData(path);
        return { data: data ?? new Uint8Array(0), version: stat.version };
      } catch (error) {
        if (error instanceof EnsembleError && error.code === 'NO_NODE') return null;
        renewIfExpired(client, error);
        throw error;
      }
    },
    async commit(ops) {
      const client = current;
      try {
        await client.multi(ops.map(toTransactionOp));
        return 'committed';
      } catch (error) {
        if (error instanceof EnsembleError && CONFLICTS.has(error.code)) return 'conflict';
        renewIfExpired(client, error);
        throw error;
      }
    },
  };
}

type SeedingClient = Pick<Client, 'exists' | 'create'>;

/**
 * Creates the znodes of the configuration that are not there yet, parents included; those that are stay as they are.
 * A replica may die meanwhile: what a lost connection left open is asked again.
 */
export async function seedZnodes(client: SeedingClient, znodes: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(znodes)) {
    for (const parent of parentsOf(path)) await createIfAbsent(client, parent, null);
    await createIfAbsent(client, path, text);
  }
}

async function createIfAbsent(client: SeedingClient, path: string, text: string | null): Promise<void> {
  for (;;) {
    try {
      if ((await client.exists(path)) === null) await client.create(path, text);
      return;
    } catch (error) {
      // Another process, or this one before a lost reply, was faster.
      if (error instanceof EnsembleError && error.code === 'NODE_EXISTS') return;
      // Not a busy loop: the client sends the next request when it has a connection again.
      if (!(error instanceof EnsembleError && error.code === 'CONNECTION_LOSS')) throw error;
    }
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
