import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { ConfigError } from '../../../../core/errors.ts';
import { findConfigFile, readConfigFile, SEARCH_PLACES } from '../../../../runtime/config/find.ts';
import { assert, suite } from '../../../support/suite.ts';

const find = suite('runtime/config/find', { timeoutMs: 30_000 });

let directory = '';
find.before.each(async () => {
  directory = await mkdtemp(join(tmpdir(), 'threadkeeper-find-'));
});
find.after.each(async () => {
  await rm(directory, { recursive: true });
});

async function put(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

function contentFor(place: string): string {
  const value = JSON.stringify({ from: place });
  if (place === 'package.json') return JSON.stringify({ name: 'x', threadkeeper: { from: place } });
  return ['.js', '.mjs', '.ts'].includes(extname(place)) ? `export default ${value};\n` : value;
}

find('every place is found and read, in cosmiconfig’s own order', async () => {
  await put('package.json', JSON.stringify({ name: 'x', type: 'module' }));
  // Placed from the last to the first: each one must win over all those that are there already.
  for (const place of [...SEARCH_PLACES].reverse()) {
    // TypeScript needs a newer Node than the oldest we serve, and has a test of its own.
    if (extname(place) === '.ts') continue;
    const path = await put(place, contentFor(place));
    const ours = await findConfigFile(directory);
    assert.equal(ours, { path, content: { from: place } }, place);
    const searchPlaces = SEARCH_PLACES.filter((other) => extname(other) !== '.ts');
    const theirs = await cosmiconfig('threadkeeper', { searchPlaces, cache: false }).search(directory);
    assert.is(theirs?.filepath, path, place);
    assert.equal(theirs?.config, { from: place }, place);
  }
});

find('a package.json without our property is passed over', async () => {
  await put('package.json', '{"name":"x"}');
  assert.is(await findConfigFile(directory), null);
  const path = await put('cosmiconfig.json', '{}');
  assert.is((await findConfigFile(directory))?.path, path);
});

find('yaml is read', async () => {
  const path = await put('.threadkeeperrc.yaml', 'ensemble:\n  replicas: 5\n');
  assert.equal((await readConfigFile(path))?.content, { ensemble: { replicas: 5 } });
});

find('TypeScript is read where Node strips types, and refused with the reason elsewhere', async () => {
  const path = await put('threadkeeper.config.mts', 'export default {};');
  const typed = await put(
    'threadkeeper.config.ts',
    'const replicas: number = 5;\nexport default { ensemble: { replicas } };\n',
  );
  await put('package.json', '{"type":"module"}');
  assert.ok(path);
  const strips = 'typescript' in process.features && process.features.typescript !== false;
  if (strips) {
    assert.equal((await readConfigFile(typed))?.content, { ensemble: { replicas: 5 } });
    return;
  }
  await assert.rejects(
    readConfigFile(typed),
    (error: unknown) => error instanceof ConfigError && /Node\.js 22\.18/.test(error.message),
  );
});

find.run();
