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

t('is the digest that the tree then has, however many proposals it is behind', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const choices = new Choices(seed);
    // The txns are legal for a tree that is never behind; the leader's own follows at its pace.
    const [ahead, leaders] = [new DataTree(), new DataTree()];
    const txns = new RandomTxns(ahead, seed, 'legal');
    let outstanding: LoggedTxn[] = [];
    for (let index = 0; index < TXNS; index++) {
      let next = txns.next();
      while (endsParents(next, ahead)) next = txns.next();
      ahead.apply(next.header, next.txn, false);
      outstanding.push(next);
      if (choices.below(10) > 0) continue;
      const forecast = new DigestForecast(leaders);
      for (const proposed of outstanding) forecast.take(proposed);
      assert.equal(forecast.value, ahead.digest, `seed ${seed}, txn ${index}`);
      const applied = choices.below(outstanding.length + 1);
      for (const { header, txn } of outstanding.slice(0, applied)) leaders.apply(header, txn, false);
      outstanding = outstanding.slice(applied);
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
  forecast.take({ header: header(2, OpCode.multi), txn: failed });
  forecast.take({ header: header(3, OpCode.error), txn: { type: OpCode.error, error: -101 } });
  forecast.take({ header: header(4, OpCode.createSession), txn: { type: OpCode.createSession, timeoutMs: 1 } });
  assert.equal(forecast.value, tree.digest);
});

t('what lies below /zookeeper does not count, and /zookeeper itself does', () => {
  const tree = new DataTree();
  const forecast = new DigestForecast(tree);
  const before = tree.digest;
  const txn = create('/zookeeper/user', bytes('x'), { parentCVersion: 1 });
  forecast.take({ header: header(1, OpCode.create), txn });
  const made = forecast.value;
  assert.not.equal(made, before);
  forecast.take({ header: header(2, OpCode.setData), txn: setData('/zookeeper/user', bytes('y'), 1) });
  assert.equal(forecast.value, made);
});

t.run();
