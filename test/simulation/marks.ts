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

export type Mark = (typeof MARKS)[number];

export class Marks {
  readonly counts = new Map<Mark, number>();

  hit(mark: Mark): void {
    this.counts.set(mark, (this.counts.get(mark) ?? 0) + 1);
  }

  add(other: Marks): void {
    for (const [mark, count] of other.counts) this.counts.set(mark, (this.counts.get(mark) ?? 0) + count);
  }

  get missing(): readonly Mark[] {
    return MARKS.filter((mark) => !this.counts.has(mark));
  }
}
