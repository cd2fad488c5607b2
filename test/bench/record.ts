/**
 * Where results go: always a JSON file with every sample, and on request a section of RESULTS.md, which is checked in.
 * Sections are found by their markers, so that one bench leaves the others' last results alone.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const BENCH_FOLDER = resolve(import.meta.dirname, '../../../test/bench');
const RESULTS = join(BENCH_FOLDER, 'RESULTS.md');

const HEADER = `# Measured

Each section is what one command printed, under the conditions it names; \`npm run bench -- --help\` tells the commands.
The sides take turns on the same machine, each start on an empty directory, the load generator in its own process.
Figures are medians with [least–most] over the starts; only ratios within one section may be compared.
`;

export function writeSamples(name: string, content: unknown): void {
  mkdirSync(join(BENCH_FOLDER, 'results'), { recursive: true });
  writeFileSync(join(BENCH_FOLDER, 'results', `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
}

export function recordSection(name: string, text: string): void {
  const old = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : HEADER;
  const begin = `<!-- begin ${name} -->`;
  const end = `<!-- end ${name} -->`;
  const section = `${begin}\n${text}\n${end}`;
  const from = old.indexOf(begin);
  const to = old.indexOf(end);
  writeFileSync(
    RESULTS,
    from < 0 || to < 0 ? `${old.trimEnd()}\n\n${section}\n` : old.slice(0, from) + section + old.slice(to + end.length),
  );
}
