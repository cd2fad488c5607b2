/** The invariants of one peer (core/zab/invariants.ts), after each step; and that a live peer's commits never go back. */

import { invariant } from '../../../core/assert.ts';
import type { PeerId } from '../../../core/ids.ts';
import { describeZxid } from '../../../core/zab/describe.ts';
import { checkState, checkStep, type PeerView, viewOf } from '../../../core/zab/invariants.ts';
import { ZXID_ZERO, type Zxid } from '../../../core/zxid.ts';
import type { Host } from '../host.ts';
import { Checker } from './checker.ts';

export class StepChecker extends Checker {
  readonly #before = new Map<PeerId, PeerView>();
  /** What a peer said to be committed while it served, in its present life. */
  readonly #committed = new Map<PeerId, Zxid>();

  override onStart(host: Host): void {
    this.#committed.set(host.id, ZXID_ZERO);
    this.#before.delete(host.id);
    const { disk, view } = host;
    invariant(
      view.acceptedEpoch >= disk.acceptedEpoch && view.currentEpoch >= disk.currentEpoch,
      'I8: a restart takes no epoch back',
      { id: host.id },
    );
    this.onStep(host);
  }

  override onStep(host: Host): void {
    const { id, view } = host;
    checkState(view, id);
    const before = this.#before.get(id);
    if (before !== undefined) checkStep(before, view, id);
    this.#before.set(id, viewOf(view));
    const committed = this.#committed.get(id) ?? ZXID_ZERO;
    invariant(view.lastCommitted >= committed, 'I14: a live peer takes no commit back', {
      id,
      committed: describeZxid(committed),
      lastCommitted: describeZxid(view.lastCommitted),
    });
    if (view.active) this.#committed.set(id, view.lastCommitted);
  }
}
