/** core/SPEC.md and the code speak of the same numbers. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listProjectFiles } from '../../support/source-graph.ts';
import { assert, suite } from '../../support/suite.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const specText = readFileSync(`${root}/core/SPEC.md`, 'utf8');
const defined = [...specText.matchAll(/^\| ([AIDG]\d+) \|/gm)].map(([, number]) => number ?? '');
const sources = listProjectFiles(root)
  .filter((path) => /^(core|test\/simulation)\/.*\.ts$/.test(path))
  .map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') }));

const spec = suite('spec');

spec('numbers each entry once, without a gap', () => {
  for (const kind of ['A', 'I', 'D', 'G']) {
    const numbers = defined.filter((number) => number.startsWith(kind));
    assert.ok(numbers.length > 5, kind);
    assert.equal(
      numbers,
      numbers.map((_, index) => `${kind}${index + 1}`),
    );
  }
});

spec('holds every number that a claim, a comment or the page itself refers to', () => {
  const text = [...sources, { path: 'core/SPEC.md', text: specText }];
  const unknown = text.flatMap((file) =>
    [...file.text.matchAll(/\b([AIDG]\d{1,2})\b(?=[:,;.)|]| to | and | is | has )/g)]
      .filter(([, number]) => !defined.includes(number ?? ''))
      .map(([, number]) => `${file.path}: ${number}`),
  );
  assert.equal(unknown, []);
});

spec('says of each invariant that the simulation checks where it stands in a claim', () => {
  const claimed = new Set(
    sources.flatMap(({ text }) => [...text.matchAll(/['`](I\d+): /g)].map(([, number]) => number ?? '')),
  );
  const rows = [...specText.matchAll(/^\| (I\d+) \|.*\|([^|]*)\|$/gm)];
  const missing = rows.filter(
    ([, number, checks]) => /\b(sim|zab|inv)\b/.test(checks ?? '') && !claimed.has(number ?? ''),
  );
  assert.equal(
    missing.map(([, number]) => number),
    // These follow from the others that the agreement checker states.
    ['I3', 'I5', 'I6'],
  );
});

spec.run();
