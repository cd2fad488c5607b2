/**
 * Replicas that processed the same txns hold the same tree and the same sessions (I16), and that tree is the model's. Also
 * tells clients of a replica's death. Digests are compared whenever a serving replica has moved on; whole trees in the end.
 */

import { invariant } from '../../../core/assert.ts';
import type { PeerId } from '../../../core/ids.ts';
import type { DataTree } from '../../../core/tree/data-tree.ts';
import { describeZxid } from '../../../core/zab/describe.ts';
import type { PeerEffect } from '../../../core/zab/effects.ts';
import { ZXID_ZERO, type Zxid } from '../../../core/zxid.ts';
import { sessionKey } from '../clients/operation.ts';
import { ClientWire } from '../clients/wire.ts';
import type { Host } from '../host.ts';
import { ReplicaHost } from '../replica-host.ts';
import { Checker, type Ensemble } from './checker.ts';
import type { ClientPromises } from './client-promises.ts';
import { isStatOf } from './client-promises.ts';
import { isSameData, type Model } from './model.ts';

export class ReplicaStateChecker extends Checker {
  readonly #promises: ClientPromises;
  readonly #digests = new Map<Zxid, string>();
  readonly #checked = new Map<PeerId, Zxid>();
  readonly #submitted = new Map<string, number>();

  constructor(ensemble: Ensemble, promises: ClientPromises) {
    super(ensemble);
    this.#promises = promises;
  }

  override onStart(host: Host): void {
    this.#checked.delete(host.id);
  }

  override onDeath(host: Host): void {
    if (!(host instanceof ReplicaHost)) return;
    for (const client of [...host.clients]) if (client instanceof ClientWire) client.reset();
  }

  override beforeEffect(host: Host, effect: PeerEffect): void {
    if (effect.type !== 'send' || effect.message.type !== 'packet') return;
    const { packet, stream } = effect.message;
    if (packet.type !== 'request' || packet.cxid === 0 || packet.opCode === 9) return;
    const key = `${host.id} ${sessionKey(packet.session)} ${packet.cxid}`;
    const before = this.#submitted.get(key);
    if (before !== undefined && before !== stream) this.ensemble.marks.hit('write submitted anew after a failover');
    this.#submitted.set(key, stream);
  }

  override onStep(host: Host): void {
    if (!(host instanceof ReplicaHost) || !host.view.active) return;
    const { tree } = host.replica;
    const zxid = tree.lastProcessedZxid;
    if (this.#checked.get(host.id) === zxid) return;
    this.#checked.set(host.id, zxid);
    const digest = digestOf(tree);
    const first = this.#digests.get(zxid);
    if (first === undefined) this.#digests.set(zxid, digest);
    else if (first !== digest) {
      invariant(false, 'I16: the same txns make the same tree', {
        id: host.id,
        zxid: describeZxid(zxid),
        digest,
        first,
        difference: differenceOf(tree, this.#promises.advance()),
      });
    }
  }

  /** When everything rests: every tree is the model's, znode by znode. */
  requireModel(): void {
    const model = this.#promises.advance();
    for (const host of this.ensemble.hosts.values()) {
      if (!(host instanceof ReplicaHost)) continue;
      const difference = differenceOf(host.replica.tree, model);
      invariant(difference === null, 'I16: a replica shows what the history says', { id: host.id, difference });
    }
    for (const session of this.#promises.refusedSessions) {
      const isClosed = (model.sessions.get(session)?.closedAt ?? null) !== null;
      invariant(isClosed, 'I20: a session that was refused is closed in the end', { session });
    }
  }
}

function digestOf(tree: DataTree): string {
  const { hi, lo } = tree.digest;
  const sessions = [...tree.sessions.entries()].map(([id, timeoutMs]) => `${sessionKey(id)} ${timeoutMs}`).sort();
  return `${hi}:${lo}, ${tree.znodeCount} znodes, ${tree.ephemeralCount} ephemerals, sessions ${sessions.join(', ')}`;
}

function differenceOf(tree: DataTree, model: Model): string | null {
  if (tree.lastProcessedZxid !== model.lastZxid && model.lastZxid !== ZXID_ZERO) {
    return `tree at ${describeZxid(tree.lastProcessedZxid)}, model at ${describeZxid(model.lastZxid)}`;
  }
  for (const path of model.paths) {
    if (path === '/') continue;
    const state = model.current(path);
    const row = tree.find(path);
    if (state === null || row < 0) {
      if (state !== null || row >= 0) return `${path} is ${row < 0 ? 'missing' : 'there'}`;
      continue;
    }
    if (!isStatOf(tree.stat(row), state)) return `stat of ${path}: ${JSON.stringify([tree.stat(row), state])}`;
    if (!isSameData(tree.data(row), state.data)) return `data of ${path}`;
  }
  const live = [...model.sessions].filter(([, { closedAt }]) => closedAt === null).map(([key]) => key);
  const shown = [...tree.sessions.entries()].map(([id]) => sessionKey(id));
  return live.sort().join(' ') === shown.sort().join(' ') ? null : `sessions ${shown.join(' ')}, not ${live.join(' ')}`;
}
