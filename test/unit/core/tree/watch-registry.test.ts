import type { Watcher } from '../../../../core/tree/triggered-event.ts';
import { WatchRegistry } from '../../../../core/tree/watch-registry.ts';
import { Prng } from '../../../simulation/prng.ts';
import { assert, suite } from '../../../support/suite.ts';

const registry = suite('tree/watch-registry');

class Named implements Watcher {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  onWatchedEvent(): void {}
}

const PATHS = ['/', '/a', '/a/b', '/c'];
const WATCHERS = ['1', '2', '3', '4'].map((name) => new Named(name));

/** The same as pairs in one list: slow and obvious. */
class Pairs {
  pairs: { readonly path: string; readonly watcher: Watcher }[] = [];

  has(path: string, watcher: Watcher): boolean {
    return this.pairs.some((pair) => pair.path === path && pair.watcher === watcher);
  }

  without(path: string | null, watcher: Watcher | null): void {
    this.pairs = this.pairs.filter(
      (pair) => (path !== null && pair.path !== path) || (watcher !== null && pair.watcher !== watcher),
    );
  }

  at(path: string): Watcher[] {
    return this.pairs.filter((pair) => pair.path === path).map(({ watcher }) => watcher);
  }
}

function requireSame(real: WatchRegistry, model: Pairs): void {
  assert.is(real.count, model.pairs.length);
  for (const path of PATHS) {
    assert.equal([...(real.at(path) ?? [])], model.at(path));
    for (const watcher of WATCHERS) assert.is(real.has(path, watcher), model.has(path, watcher));
  }
  const listed = [...real.paths()].flatMap(([path, watchers]) => [...watchers].map((watcher) => ({ path, watcher })));
  assert.is(listed.length, model.pairs.length);
  assert.ok(listed.every(({ path, watcher }) => model.has(path, watcher)));
  assert.is(real.pathCount, new Set(model.pairs.map(({ path }) => path)).size);
}

registry('is what a plain list of pairs is, whatever is added, taken and removed', () => {
  const prng = new Prng(7);
  const real = new WatchRegistry();
  const model = new Pairs();
  for (let step = 0; step < 5000; step++) {
    const path = prng.pick(PATHS);
    const watcher = prng.pick(WATCHERS);
    const choice = prng.below(20);
    if (choice < 12) {
      real.add(path, watcher);
      if (!model.has(path, watcher)) model.pairs.push({ path, watcher });
    } else if (choice < 16) {
      assert.is(real.remove(path, watcher), model.has(path, watcher));
      model.without(path, watcher);
    } else if (choice < 18) {
      assert.equal([...(real.take(path) ?? [])], model.at(path));
      model.without(path, null);
    } else {
      real.removeAll(watcher);
      model.without(null, watcher);
    }
    requireSame(real, model);
  }
});

registry('what was taken stays as it was, although its watchers register again', () => {
  const table = new WatchRegistry();
  const [one, two] = WATCHERS;
  if (one === undefined || two === undefined) throw new Error('two watchers are needed');
  table.add('/a', one);
  table.add('/a', two);
  const taken = table.take('/a') ?? [];
  for (const watcher of taken) table.add('/a', watcher);
  assert.equal([...taken], [one, two]);
  assert.is(table.count, 2);
});

registry.run();
