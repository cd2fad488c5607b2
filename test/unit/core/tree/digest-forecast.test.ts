/** The leader's forecast against trees that really apply what it forecasts for. */
import { OpCode } from '../../../../core/jute/op-code.ts';
import { DataTree } from '../../../../core/tree/data-tree.ts';
import { DigestForecast } from '../../../../core/tree/digest-forecast.ts';
import { assert, suite } from '../../../support/suite.ts';
import { RandomTxns } from './random-txns.ts';
import { applyAll, bytes, Choices, create, header, type LoggedTxn, setData } from './txns.ts';

const t = suite('tree/digest-forecast');
const SEEDS = 60;
const TXNS = 400;

t('is the digest that the tree then has, however far the tree is behind and whenever copies are forgotten', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const choices = new Choices(seed);
    // The txns are legal for a tree that is never behind; the leader's own follows at its pace.
    const [ahead, leaders] = [new DataTree(), new DataTree()];
    const txns = new RandomTxns(ahead, seed, 'legal');
    const forecast = new DigestForecast(leaders);
    const outstanding: LoggedTxn[] = [];
    for (let index = 0; index < TXNS; index++) {
      let next = txns.next();
      while (endsParents(next, ahead)) next = txns.next();
      ahead.apply(next.header, next.txn, false);
      assert.equal(forecast.after(next.header, next.txn), ahead.digest, `seed ${seed}, txn ${index}: ${next.txn.type}`);
      outstanding.push(next);
      for (let count = choices.below(3); count > 0; count--) {
        const first = outstanding.shift();
        if (first !== undefined) leaders.apply(first.header, first.txn, false);
      }
      if (choices.below(20) === 0) forecast.forget(leaders.lastProcessedZxid);
    }
  }
});

/** A session whose ephemerals have children, which no leader makes. */
function endsParents({ txn }: LoggedTxn, tree: DataTree): boolean {
  if (txn.type !== OpCode.closeSession) return false;
  return (txn.pathsToDelete ?? []).some((path) => tree.childCount(tree.find(path)) > 0);
}

t('a failed multi, an error and a session change nothing', () => {
  const tree = new DataTree();
  applyAll(tree, [create('/a')]);
  const forecast = new DigestForecast(tree);
  const failed = {
    type: OpCode.multi,
    txns: [setData('/a', bytes('x'), 1), { type: OpCode.error, error: -101 }],
  } as const;
  assert.equal(forecast.after(header(2, OpCode.multi), failed), tree.digest);
  assert.equal(
    forecast.after(header(3, OpCode.createSession), { type: OpCode.createSession, timeoutMs: 1 }),
    tree.digest,
  );
});

t('what lies below /zookeeper does not count, and /zookeeper itself does', () => {
  const tree = new DataTree();
  const forecast = new DigestForecast(tree);
  const before = tree.digest;
  const made = forecast.after(header(1, OpCode.create), create('/zookeeper/user', bytes('x'), { parentCVersion: 1 }));
  assert.not.equal(made, before);
  assert.equal(forecast.after(header(2, OpCode.setData), setData('/zookeeper/user', bytes('y'), 1)), made);
});

t.run();
