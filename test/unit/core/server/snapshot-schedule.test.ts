import { SnapshotSchedule } from '../../../../core/server/snapshot-schedule.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('server/snapshot-schedule');

function untilDue(schedule: SnapshotSchedule, bytes: number): number {
  for (let count = 1; count <= 10_000; count++) if (schedule.onTxn(bytes)) return count;
  return Number.POSITIVE_INFINITY;
}

t('is due after half to all of so many txns, or of so many bytes, whichever comes first', () => {
  const limits = { snapCount: 100, snapSizeLimitBytes: 10_000 };
  assert.is(untilDue(new SnapshotSchedule({ ...limits, snapPhase: 0 }), 10), 50);
  assert.is(untilDue(new SnapshotSchedule({ ...limits, snapPhase: 1 }), 10), 100);
  assert.is(untilDue(new SnapshotSchedule({ ...limits, snapPhase: 0 }), 1000), 5);
  assert.is(untilDue(new SnapshotSchedule({ ...limits, snapPhase: 1 }), 1000), 10);
});

t('begins one at a time, and counts from its beginning', () => {
  const schedule = new SnapshotSchedule({ snapCount: 4, snapSizeLimitBytes: 1000, snapPhase: 1 });
  assert.is(untilDue(schedule, 300), 4);
  assert.is(untilDue(schedule, 1000), Number.POSITIVE_INFINITY);
  schedule.onSaved();
  assert.is(untilDue(schedule, 1), 1);
});

t.run();
