import { type WatchedEventType, type WatchKind, WatchTable } from '../../../../runtime/client/watches.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/watches');

const listener = (): void => undefined;
const EVENTS = ['nodeCreated', 'nodeDeleted', 'nodeDataChanged', 'nodeChildrenChanged'] as const;

t('an event takes the listeners of the tables that it concerns, and no others', () => {
  const taken: Record<WatchedEventType, readonly WatchKind[]> = {
    nodeCreated: ['data', 'exist'],
    nodeDataChanged: ['data', 'exist'],
    nodeDeleted: ['data', 'exist', 'child'],
    nodeChildrenChanged: ['child'],
  };
  for (const type of EVENTS) {
    for (const kind of ['data', 'exist', 'child'] as const) {
      const table = new WatchTable();
      table.add(kind, '/a', listener);
      const isTaken = taken[type].includes(kind);
      assert.is(table.take(type, '/b').size, 0);
      assert.is(table.take(type, '/a').size, isTaken ? 1 : 0, `${type} ${kind}`);
      assert.is(table.drain().length, isTaken ? 0 : 1);
    }
  }
});

t('a listener that waits in two tables, or twice in one, is told once', () => {
  const table = new WatchTable();
  table.add('data', '/a', listener);
  table.add('data', '/a', listener);
  table.add('child', '/a', listener);
  table.add('persistentRecursive', '/', listener);
  assert.is(table.take('nodeDeleted', '/a').size, 1);
  assert.is(table.take('nodeDeleted', '/a').size, 1, 'the lasting one stays');
});

t('a persistent watch hears all events of its znode, and only those', () => {
  const table = new WatchTable();
  table.add('persistent', '/a', listener);
  for (const type of EVENTS) {
    assert.is(table.take(type, '/a').size, 1, type);
    assert.is(table.take(type, '/a/b').size, 0, type);
    assert.is(table.take(type, '/').size, 0, type);
  }
});

t('a recursive watch hears of every znode below its path by name, and never of children', () => {
  const table = new WatchTable();
  table.add('persistentRecursive', '/a/b', listener);
  for (const path of ['/a/b', '/a/b/c', '/a/b/c/d']) assert.is(table.take('nodeCreated', path).size, 1, path);
  for (const path of ['/', '/a', '/a/bb', '/a/bb/c']) assert.is(table.take('nodeCreated', path).size, 0, path);
  assert.is(table.take('nodeChildrenChanged', '/a/b').size, 0);
  table.add('persistentRecursive', '/', () => undefined);
  assert.is(table.take('nodeDeleted', '/').size, 1);
  assert.is(table.take('nodeDeleted', '/x').size, 1);
  assert.is(table.take('nodeDeleted', '/a/b/c').size, 2);
});

t('a listener taken back is not called, and who listens no more to a lasting watch is told', () => {
  const table = new WatchTable();
  const other = (): void => undefined;
  table.add('data', '/a', listener);
  table.add('data', '/a', other);
  table.add('persistent', '/a', listener);
  table.add('persistent', '/a', other);
  assert.equal(table.remove('/a', listener), []);
  assert.equal([...table.take('nodeDataChanged', '/a')], [other]);
  assert.equal(table.remove('/a', other), ['persistent']);
  assert.equal(table.drain(), []);
});

t('whole kinds of watches can be taken away', () => {
  const table = new WatchTable();
  table.add('data', '/a', listener);
  table.add('child', '/a', listener);
  table.add('persistent', '/a', listener);
  assert.equal(
    [...table.takeKinds(['data', 'exist', 'child'], '/a').keys()],
    ['dataWatchRemoved', 'childWatchRemoved'],
  );
  assert.is(table.takeKinds(['data', 'child'], '/a').size, 0);
  assert.equal([...table.paths('persistent')], ['/a']);
});

t.run();
