/**
 * What the leader answers stands behind the commits that it told before (the rule on which `sync` rests): when the answer
 * reaches the asking peer, that peer has applied all that the leader had applied when it answered.
 */

import { invariant } from '../../../core/assert.ts';
import type { Host } from '../host.ts';
import { Checker } from './checker.ts';

export class ProbeChecker extends Checker {
  readonly #appliedCounts = new Map<number, number>();

  override onProbeAnswered(host: Host, token: number): void {
    this.#appliedCounts.set(token, host.applied.length);
  }

  override onProbeReturned(host: Host, token: number): void {
    const expected = this.#appliedCounts.get(token);
    invariant(expected !== undefined, 'a probe comes back only after its answer', { id: host.id, token });
    invariant(host.applied.length >= expected, 'I18: an answer of the leader stands behind its commits', {
      id: host.id,
      token,
      applied: host.applied.length,
      expected,
    });
    this.ensemble.marks.hit('probe answered');
  }
}
