import { parseCpuProfile } from '../../bench/cpu-profile.ts';
import { assert, suite } from '../../support/suite.ts';

const profile = suite('bench/cpu-profile');

const frame = (functionName: string, url = '', lineNumber = -1) => ({ functionName, url, lineNumber });

profile('adds up self time per function over all places it was called from, idling apart', () => {
  const { busyMs, totalMs, functions } = parseCpuProfile(
    JSON.stringify({
      nodes: [
        { id: 1, callFrame: frame('(idle)') },
        { id: 2, callFrame: frame('apply', 'file:///x/dist/core/tree/data-tree.js', 119) },
        { id: 3, callFrame: frame('apply', 'file:///x/dist/core/tree/data-tree.js', 119) },
        { id: 4, callFrame: frame('', 'file:///x/dist/a/b.js', 0) },
      ],
      samples: [1, 2, 3, 4],
      timeDeltas: [10_000, 2_000, 3_000, 1_000],
    }),
  );
  assert.is(totalMs, 16);
  assert.is(busyMs, 6);
  assert.equal(functions, [
    { name: 'apply (tree/data-tree.js:120)', selfMs: 5 },
    { name: '(anonymous) (a/b.js:1)', selfMs: 1 },
  ]);
});

profile.run();
