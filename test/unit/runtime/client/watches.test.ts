import { type WatchedEventType, type WatchKind, WatchTable } from '../../../../runtime/client/watches.ts';
import { makeStat } from '../../../support/scripted-servers.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/watches');

const listener = (): void => undefined;

t('an event takes the listeners of the tables that it concerns, and no others', () => {
  const taken: Record<WatchedEventType, readonly WatchKind[]> = {
    nodeCreated: ['data', 'exist'],
    nodeDataChanged: ['data', 'exist'],
    nodeDeleted: ['data', 'exist', 'child'],
    nodeChildrenChanged: ['child'],
  };
  for (const type of ['nodeCreated', 'nodeDataChanged', 'nodeDeleted', 'nodeChildrenChanged'] as const) {
    for (const kind of ['data', 'exist', 'child'] as const) {
      const table = new WatchTable();
      table.add(kind, '/a', null, listener);
      const isTaken = taken[type].includes(kind);
      assert.is(table.take(type, '/b').length, 0);
      assert.is(table.take(type, '/a').length, isTaken ? 1 : 0, `${type} ${kind}`);
      assert.is(table.drain().length, isTaken ? 0 : 1);
    }
  }
});

t('a listener that waits in two tables, or twice in one, is taken once', () => {
  const table = new WatchTable();
  table.add('data', '/a', makeStat(), listener);
  table.add('data', '/a', makeStat(), listener);
  table.add('child', '/a', makeStat(), listener);
  assert.is(table.take('nodeDeleted', '/a').length, 1);
  assert.is(table.take('nodeDeleted', '/a').length, 0);
});

t('a listener taken back is not called', () => {
  const table = new WatchTable();
  const other = (): void => undefined;
  table.add('data', '/a', null, listener);
  table.add('data', '/a', null, other);
  table.remove('data', '/a', listener);
  assert.equal(table.take('nodeDataChanged', '/a'), [other]);
  assert.equal(table.rearmPlan(), []);
});

t('a missed change is told by comparing what was known with what is', () => {
  const known = makeStat({ mzxid: 5, pzxid: 7 });
  const cases: readonly [WatchKind, ReturnType<typeof makeStat> | null | undefined, WatchedEventType | null][] = [
    ['data', makeStat({ mzxid: 5, pzxid: 9 }), null],
    ['data', makeStat({ mzxid: 6, pzxid: 7 }), 'nodeDataChanged'],
    ['data', null, 'nodeDeleted'],
    ['data', undefined, 'nodeDataChanged'],
    ['child', makeStat({ mzxid: 6, pzxid: 7 }), null],
    ['child', makeStat({ mzxid: 5, pzxid: 8 }), 'nodeChildrenChanged'],
    ['child', null, 'nodeDeleted'],
    ['child', undefined, 'nodeChildrenChanged'],
    ['exist', null, null],
    ['exist', known, 'nodeCreated'],
  ];
  for (const [kind, found, expected] of cases) {
    const table = new WatchTable();
    table.add(kind, '/a', kind === 'exist' ? null : known, listener);
    assert.is(table.missedEvent({ kind, path: '/a' }, found), expected, `${kind} ${expected}`);
  }
});

t('nothing is missed by a watch that was taken meanwhile', () => {
  assert.is(new WatchTable().missedEvent({ kind: 'data', path: '/a' }, null), null);
});

t.run();
