import { toPeerId } from '../../../../core/ids.ts';
import { History } from '../../../../core/zab/history.ts';
import { Outbox } from '../../../../core/zab/outbox.ts';
import { COUNTER_MAX, makeZxid, toEpoch, type Zxid } from '../../../../core/zxid.ts';
import { assert, suite } from '../../../support/suite.ts';
import { ENTRY, OPTIONS, zxid } from './driver.ts';

const history = suite('zab/history');

function historyOf(last: Zxid, applied = last): { readonly subject: History; readonly outbox: Outbox } {
  const outbox = new Outbox();
  const options = { ...OPTIONS, id: toPeerId(1), voters: [toPeerId(1)], observers: [] };
  const restored = {
    acceptedEpoch: toEpoch(9),
    currentEpoch: toEpoch(3),
    lastZxid: last,
    appliedZxid: applied,
    recent: [],
    mayVote: true,
  };
  return { subject: new History(options, restored, outbox), outbox };
}

history('the first zxid of an epoch has counter 1, the next is one more', () => {
  const { subject } = historyOf(zxid('2:7'));
  assert.is(subject.nextZxid(toEpoch(3)), zxid('3:1'));
  subject.append(zxid('3:1'), ENTRY);
  assert.is(subject.nextZxid(toEpoch(3)), zxid('3:2'));
});

history('an epoch whose counter is used up has no next zxid, which counter 0 says', () => {
  const { subject } = historyOf(makeZxid(3, COUNTER_MAX));
  assert.is(subject.nextZxid(toEpoch(3)), zxid('3:0'));
  assert.is(subject.nextZxid(toEpoch(4)), zxid('4:1'));
});

history('what may follow is the next counter, or the first of a later epoch', () => {
  const { subject } = historyOf(zxid('2:7'));
  const follows = ['2:8', '3:1', '9:1'];
  for (const text of [...follows, '2:7', '2:9', '3:0', '3:2', '1:8', '1:1']) {
    assert.is(subject.isNext(zxid(text)), follows.includes(text), text);
  }
});

history('epochs are saved when they rise, and never fall', () => {
  const { subject, outbox } = historyOf(zxid('2:7'));
  subject.acceptEpoch(toEpoch(10));
  subject.enterEpoch(toEpoch(10));
  subject.enterEpoch(toEpoch(10));
  assert.equal(outbox.take(), [
    { type: 'saveAcceptedEpoch', epoch: 10 },
    { type: 'saveCurrentEpoch', epoch: 10 },
  ]);
  assert.throws(() => subject.acceptEpoch(toEpoch(10)), /I8/);
  assert.throws(() => subject.enterEpoch(toEpoch(9)), /I8/);
  assert.throws(() => subject.enterEpoch(toEpoch(11)), /I8/);
});

history('nothing is committed that is not logged', () => {
  const { subject } = historyOf(zxid('2:7'));
  assert.throws(() => subject.commitThrough(zxid('2:8')), /I12/);
});

history('a tree that lacks more than memory holds is refused at once', () => {
  assert.throws(() => historyOf(zxid('2:7'), zxid('2:5')), /what the tree lacks is in the recent log/);
});

history('what is left by a cut is durable when the cut is', () => {
  const { subject } = historyOf(zxid('2:7'));
  subject.append(zxid('3:1'), ENTRY);
  subject.append(zxid('3:2'), ENTRY);
  subject.truncate(zxid('3:1'));
  assert.not.ok(subject.isDurable);
  subject.onSettled(zxid('3:1'));
  assert.ok(subject.isDurable);
  assert.is(subject.lastSynced, zxid('3:1'));
  assert.throws(() => subject.onSettled(zxid('3:1')), /ends once/);
});

history.run();
