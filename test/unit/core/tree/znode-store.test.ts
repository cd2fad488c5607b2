import { PathKey } from '../../../../core/tree/path-key.ts';
import { Int, NO_ROW, type Row } from '../../../../core/tree/znode-records.ts';
import { ROOT_ROW, ZnodeStore } from '../../../../core/tree/znode-store.ts';
import { assert, suite } from '../../../support/suite.ts';
import { bytes, Choices } from './txns.ts';

const store = suite('tree/znode-store', { timeoutMs: 60_000 });

function fresh(): {
  store: ZnodeStore;
  add: (path: string, data?: Uint8Array | null) => Row;
  find: (path: string) => Row;
} {
  const key = new PathKey();
  const znodes = new ZnodeStore(key.set('/'));
  return {
    store: znodes,
    add: (path, data = null) => znodes.insert(key.set(path), znodes.findParent(key), data),
    find: (path) => znodes.find(key.set(path)),
  };
}

function namesOf(znodes: ZnodeStore, parent: Row): string[] {
  const names: string[] = [];
  for (let row = znodes.records.int(parent, Int.firstChild); row !== NO_ROW; ) {
    names.push(znodes.name(row));
    row = znodes.records.int(row, Int.nextSibling);
  }
  return names;
}

store('finds a path by all of its names, not by a part of them', () => {
  const { add, find, store } = fresh();
  const row = add('/ab');
  const inner = add('/ab/c');
  assert.is(find('/ab'), row);
  assert.is(find('/ab/c'), inner);
  assert.is(find('/'), ROOT_ROW);
  for (const missing of ['/a', '/abc', '/ab/', '/b', '/c', '/ab/c/d', '/x/c', 'ab', '//ab']) {
    assert.is(find(missing), NO_ROW, missing);
  }
  assert.is(store.path(inner), '/ab/c');
});

store('keeps names beyond ASCII and very long paths', () => {
  const { add, find, store } = fresh();
  add('/größe');
  const row = add('/größe/日本語');
  assert.is(find('/größe/日本語'), row);
  assert.is(store.name(row), '日本語');
  assert.is(store.path(row), '/größe/日本語');
  let path = '';
  for (let depth = 0; depth < 300; depth++) {
    path += `/${'n'.repeat(depth)}x`;
    add(path);
  }
  assert.is(store.path(find(path)), path);
});

store('keeps children in the order of their creation through deletions anywhere', () => {
  const choices = new Choices(11);
  const { add, find, store } = fresh();
  const expected: string[] = [];
  for (let step = 0; step < 3000; step++) {
    if (expected.length > 0 && choices.below(5) < 2) {
      const [name] = expected.splice(choices.below(expected.length), 1);
      store.remove(find(`/${name}`));
    } else {
      add(`/n${step}`);
      expected.push(`n${step}`);
    }
    if (step % 100 === 0) assert.equal(namesOf(store, ROOT_ROW), expected);
    assert.is(store.records.int(ROOT_ROW, Int.childCount), expected.length);
  }
});

store('holds what was put into it through growth, deletion and reuse', () => {
  const choices = new Choices(5);
  const { add, find, store } = fresh();
  const model = new Map<string, Buffer | null>();
  const paths: string[] = [];
  const someData = (): Buffer | null => {
    const dice = choices.below(60);
    if (dice === 0) return null;
    return Buffer.alloc(dice === 1 ? choices.below(90_000) : choices.below(dice < 9 ? 900 : 50), choices.below(256));
  };
  for (let step = 0; step < 60_000; step++) {
    const dice = choices.below(10);
    // Grow first, then shrink almost to nothing, then grow again into what was freed.
    const isShrinking = step > 25_000 && step < 45_000;
    if (dice < (isShrinking ? 1 : 6)) {
      const path = `/directory-${choices.below(50)}/znode-${step}`;
      const directory = path.slice(0, path.lastIndexOf('/'));
      if (find(directory) === NO_ROW) add(directory);
      const data = someData();
      add(path, data);
      model.set(path, data);
      paths.push(path);
    } else if (paths.length > 0) {
      const at = choices.below(paths.length);
      const path = paths[at] ?? '';
      if (isShrinking && dice < 9) {
        store.remove(find(path));
        model.delete(path);
        paths[at] = paths[paths.length - 1] ?? '';
        paths.pop();
      } else {
        const data = someData();
        store.setData(find(path), data);
        model.set(path, data);
      }
    }
  }
  for (const [path, data] of model) {
    const row = find(path);
    assert.is.not(row, NO_ROW, path);
    const held = store.data(row);
    assert.is(data === null ? held === null : held?.equals(data), true, path);
    assert.is(store.path(row), path);
  }
});

store('gives back the memory of large data, and of pages that emptied', () => {
  const { add, find, store } = fresh();
  const before = store.bytesHeld;
  for (let index = 0; index < 2000; index++) add(`/n${index}`, Buffer.alloc(1000));
  add('/large', Buffer.alloc(5_000_000));
  assert.is(store.bytesHeld > before + 7_000_000, true);
  store.setData(find('/large'), bytes('small now'));
  for (let index = 0; index < 2000; index++) store.remove(find(`/n${index}`));
  assert.is(store.bytesHeld < before + 2_500_000, true, `${store.bytesHeld - before} bytes kept`);
});

store('takes its own data as new data', () => {
  const { add, find, store } = fresh();
  const row = add('/a', bytes('0123456789'.repeat(40)));
  store.setData(row, store.data(row)?.subarray(5, 15) ?? null);
  assert.is(store.data(find('/a'))?.toString(), '5678901234');
  store.setData(row, store.data(row)?.subarray(1) ?? null);
  assert.is(store.data(row)?.toString(), '678901234');
});

store('a row is used again after its znode is gone, and starts from nothing', () => {
  const { add, find, store } = fresh();
  const row = add('/a', bytes('old'));
  store.records.setInt(row, Int.version, 7);
  store.remove(row);
  const again = add('/b');
  assert.is(again, row);
  assert.is(find('/a'), NO_ROW);
  assert.is(store.records.int(again, Int.version), 0);
  assert.is(store.data(again), null);
});

store.run();
