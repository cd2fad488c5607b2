/**
 * Rare paths carry a mark. The suite adds up the marks of all seeds and fails when one was never hit: a path that no seed
 * takes any more is a path that is not tested any more.
 */

export const MARKS = [
  'diff sent',
  'empty diff sent',
  'trunc sent',
  'snap sent',
  'snapshot in several chunks',
  'snapshot cut short by a lost leader',
  'snapshot lost in a crash while it was installed',
  'cut lost in a crash',
  'records lost in a crash',
  'torn record cut by recovery',
  'crash between two effects of a step',
  'crash right after accepting an epoch',
  'crash right after entering an epoch',
  'leader lost between proposal and commit',
  'entry of a lost leader committed by the next',
  'entry of a lost leader cut',
  'leader gave up',
  'leader gave up within discovery or synchronisation',
  'epoch accepted again',
  'two leaders at once',
  'proposal before upToDate',
  'proposal before newLeader was acknowledged',
  'learner synchronised by an active leader',
  'commit before own sync',
  'sync reported after its entries were cut',
  'packet of an older stream arrived',
  'observer synchronised',
  'observer synchronised by snap',
  'late joiner active',
  'ensemble restarted at once',
  'request forwarded and committed',
  'snapshot taken',
  'peer frozen while active',
  'probe answered',
  'disk damaged',
  'damaged peer made whole',
] as const;

/** Those of whole replicas with clients. */
export const CLIENT_MARKS = [
  'write submitted anew after a failover',
  'write answered from the history of a new leader',
  'read held during a failover',
  'sync held during a failover',
  'watch fired while synchronising',
  'missed change told by setWatches',
  'watch fired',
  'persistent watch fired',
  'recursive watch fired',
  'lasting watch set anew',
  'watch taken back',
  'session moved to another replica',
  'session moved during a failover',
  'write refused because its session moved',
  'write left behind by a session that went on elsewhere',
  'session closed by its client',
  'session expired',
  'session expired while its client was connected',
  'ephemeral removed with its session',
  'client ahead of a replica turned away',
  'connection ended by its replica',
  'connections ended by an installed snapshot',
  'tree read back after a cut',
  'tree recovered from a snapshot',
  'tree recovered from a snapshot that was written while it changed',
  'multi applied',
  'multi refused',
  'write refused by an ACL',
  'container removed by the leader',
  'TTL znode removed by the leader',
  'write with unknown outcome applied',
  'write with unknown outcome lost',
] as const;

export type Mark = (typeof MARKS)[number] | (typeof CLIENT_MARKS)[number];

export class Marks {
  readonly counts = new Map<Mark, number>();

  hit(mark: Mark): void {
    this.counts.set(mark, (this.counts.get(mark) ?? 0) + 1);
  }

  add(other: Marks): void {
    for (const [mark, count] of other.counts) this.counts.set(mark, (this.counts.get(mark) ?? 0) + count);
  }

  get missing(): readonly Mark[] {
    return this.missingOf(MARKS);
  }

  missingOf(marks: readonly Mark[]): readonly Mark[] {
    return marks.filter((mark) => !this.counts.has(mark));
  }
}
