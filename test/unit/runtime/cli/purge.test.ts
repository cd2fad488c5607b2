import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataTree } from '../../../../core/tree/data-tree.ts';
import { runPurge } from '../../../../runtime/cli/purge.ts';
import { SnapshotCompressor } from '../../../../runtime/storage/snapshot-compression.ts';
import { assert, suite } from '../../../support/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../../support/temporary-directory.ts';
import { snapshotOf } from '../../core/tree/txns.ts';

const t = suite('runtime/cli/purge');
let root: TemporaryDirectory;
t.before.each(() => {
  root = makeTemporaryDirectory('purge');
});
t.after.each(() => root.remove());

const SNAPSHOT = snapshotOf(new DataTree(), 'file');

function put(folder: string, names: readonly string[]): void {
  const directory = join(root.path, folder, 'version-2');
  mkdirSync(directory, { recursive: true });
  for (const name of names) writeFileSync(join(directory, name), name.startsWith('snapshot') ? SNAPSHOT : '');
}

function left(folder: string): string[] {
  return readdirSync(join(root.path, folder, 'version-2')).sort();
}

function run(directories: readonly string[], count = 3): { readonly code: number; readonly printed: string } {
  const { log, error } = console;
  let printed = '';
  console.log = console.error = (text: string): void => {
    printed += `${text}\n`;
  };
  try {
    return { code: runPurge({ directories: directories.map((name) => join(root.path, name)), count }), printed };
  } finally {
    Object.assign(console, { log, error });
  }
}

const HISTORY = ['snapshot.0', 'log.1', 'snapshot.a', 'log.8', 'snapshot.14', 'log.15', 'snapshot.1e', 'log.1f'];

t('keeps so many snapshots and the logs from the oldest of them on, and names what goes', () => {
  put('data', HISTORY);
  const { code, printed } = run(['data']);
  assert.is(code, 0);
  assert.equal(left('data'), ['log.15', 'log.1f', 'log.8', 'snapshot.14', 'snapshot.1e', 'snapshot.a']);
  assert.equal(
    printed
      .trim()
      .split('\n')
      .map((line) => line.replace(/^Removed .*version-2\//, '')),
    ['snapshot.0', 'log.1'],
  );
  assert.is(run(['data']).printed, '');
});

t('each replica of an ensemble, and logs in a directory of their own', () => {
  put('data/1', HISTORY);
  put('data/2', HISTORY.slice(0, 4));
  run(['data']);
  assert.is(left('data/1').length, 6);
  assert.is(left('data/2').length, 4);
  put(
    'snapshots',
    HISTORY.filter((name) => name.startsWith('snapshot')),
  );
  put(
    'logs',
    HISTORY.filter((name) => name.startsWith('log')),
  );
  run(['logs', 'snapshots']);
  assert.equal([left('logs'), left('snapshots').length], [['log.15', 'log.1f', 'log.8'], 3]);
});

t('a compressed snapshot that cannot be read is none of those kept', () => {
  put('data', HISTORY);
  const whole = new SnapshotCompressor('gz').compress(SNAPSHOT);
  const directory = join(root.path, 'data/version-2');
  writeFileSync(join(directory, 'snapshot.28.gz'), whole.subarray(0, whole.length - 10));
  run(['data']);
  assert.ok(left('data').includes('snapshot.a'));
  writeFileSync(join(directory, 'snapshot.29.gz'), whole);
  run(['data']);
  assert.not(left('data').includes('snapshot.a'));
});

t('what is no data directory is said to be none', () => {
  mkdirSync(join(root.path, 'other'));
  const { code, printed } = run(['other']);
  assert.is(code, 2);
  assert.match(printed, 'is no data directory');
});

t.run();
