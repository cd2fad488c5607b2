/**
 * What a checker is told, and what it may look at. A checker throws an `InvariantViolation` at the first step that breaks
 * its rule; the numbers are those of core/SPEC.md. Looking is cheap: what changed, not the whole history again.
 */

import type { PeerId } from '../../../core/ids.ts';
import type { PeerEffect } from '../../../core/zab/effects.ts';
import type { LogEntry } from '../../../core/zab/peer.ts';
import type { Disk } from '../disk.ts';
import type { Host, HostInput } from '../host.ts';
import type { Marks } from '../marks.ts';

export interface Ensemble {
  readonly voters: readonly PeerId[];
  /** The history that every disk held at the start. */
  readonly initial: readonly LogEntry[];
  readonly disks: ReadonlyMap<PeerId, Disk>;
  /** Those alive, frozen ones included. */
  readonly hosts: ReadonlyMap<PeerId, Host>;
  readonly marks: Marks;
}

export class Checker {
  readonly ensemble: Ensemble;

  constructor(ensemble: Ensemble) {
    this.ensemble = ensemble;
  }

  onStart(_host: Host): void {}
  /** Its disk already shows what the crash left. */
  onDeath(_host: Host): void {}
  onInput(_host: Host, _input: HostInput): void {}
  onStep(_host: Host): void {}
  beforeEffect(_host: Host, _effect: PeerEffect): void {}
  afterEffect(_host: Host, _effect: PeerEffect): void {}
  onProposed(_host: Host, _entry: LogEntry): void {}
  onProbeAnswered(_host: Host, _token: number): void {}
  onProbeReturned(_host: Host, _token: number): void {}
}

/**
 * Voters without which no quorum could forget `record`: those that hold it on disk, and those that must not vote because
 * their disk was damaged, which may include its only other holder.
 */
export function keepersOf(ensemble: Ensemble, index: number, record: LogEntry): readonly PeerId[] {
  return ensemble.voters.filter((voter) => {
    const disk = ensemble.disks.get(voter);
    if (disk?.mayVote === false) return true;
    const found = disk?.history[index];
    return found !== undefined && found.zxid === record.zxid && Buffer.compare(found.entry, record.entry) === 0;
  });
}

/** Floor(n/2) + 1, written once more so that a mistake in core/zab/quorum.ts is not repeated by its judge. */
export function majorityOf(voters: readonly PeerId[]): number {
  let size = 0;
  while (size * 2 <= voters.length) size++;
  return size;
}
