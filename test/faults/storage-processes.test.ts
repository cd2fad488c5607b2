import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { toPeerId } from '../../core/ids.ts';
import { openDataDirectory } from '../../runtime/storage/data-directory.ts';
import { DataDirectoryError, DirectoryInUseError, ForeignFileError } from '../../runtime/storage/errors.ts';
import { nodeFileSystem } from '../../runtime/storage/file-system.ts';
import { recoverDirectory } from '../../runtime/storage/recovery.ts';
import { inOnePlace } from '../../runtime/storage/replica-place.ts';
import { assert, suite } from '../support/suite.ts';

const processes = suite('faults/storage: processes on one data directory', { timeoutMs: 30_000 });
const PROGRAM = fileURLToPath(new URL('../support/storage-process.js', import.meta.url));
const peer = toPeerId(1);

let path = '';
let children: ChildProcess[] = [];
processes.before.each(() => {
  path = mkdtempSync(join(tmpdir(), 'tk-data-'));
});
processes.after.each(async () => {
  for (const child of children) await kill(child);
  children = [];
  rmSync(path, { recursive: true, force: true });
});

function start(...parameters: string[]): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

function linesOf(child: ChildProcess): AsyncIterator<string> {
  if (child.stdout === null) throw new Error('no output');
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

async function nextLine(lines: AsyncIterator<string>): Promise<string> {
  const { value } = await lines.next();
  return String(value);
}

function open(layout: Parameters<typeof openDataDirectory>[0]['layout'] = { single: peer }) {
  return openDataDirectory({ path, layout, onLost: () => {} });
}

processes('a second process is refused, and told the pid of the first', async () => {
  const first = start('lock', path);
  assert.is(await nextLine(linesOf(first)), `locked ${first.pid}`);
  const error = assert.throws(() => open(), DirectoryInUseError);
  assert.match(String(error), `${path} is in use by process ${first.pid}`);
  const second = start('lock', path);
  assert.match(await nextLine(linesOf(second)), `in use by process ${first.pid}`);
});

processes('kill -9 does not leave the directory locked', async () => {
  for (let round = 0; round < 3; round++) {
    const child = start('lock', path);
    assert.is(await nextLine(linesOf(child)), `locked ${child.pid}`);
    await kill(child);
  }
  open().release();
});

processes('the same process is refused while it holds the directory, and gets it again after release', () => {
  const first = open();
  assert.match(String(assert.throws(() => open(), DirectoryInUseError)), `this process (pid ${process.pid})`);
  first.release();
  first.release();
  open().release();
});

processes('processes that race for the directory are never in it together', async () => {
  const log = join(path, '..', `${path.split('/').at(-1)}.log`);
  const fd = openSync(log, 'a');
  const racers = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, [PROGRAM, 'race', path, '40'], { stdio: ['ignore', fd, 'inherit'] });
    children.push(child);
    return child;
  });
  await Promise.all(racers.map((child) => once(child, 'exit')));
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  rmSync(log);
  let inside = '';
  let entered = 0;
  for (const line of lines) {
    const [word, pid = ''] = line.split(' ');
    if (word === 'in') {
      assert.is(inside, '', `${pid} came in while ${inside} was there`);
      inside = pid;
      entered += 1;
    } else if (word === 'out') {
      assert.is(inside, pid);
      inside = '';
    }
  }
  assert.is(entered, 160);
});

processes('a lock of another boot, of a reused pid, or that is no lock at all does not keep anybody out', () => {
  open().release();
  const number = Number(/\d+$/.exec(readdirSync(path).find((name) => name.startsWith('threadkeeper.lock')) ?? '')?.[0]);
  const lock = JSON.parse(readFileSync(`${path}/threadkeeper.lock.${number}`, 'utf8'));
  const others = [
    { ...lock, released: false, boot: '00000000-another-boot' },
    { ...lock, released: false, start: '1' },
    { ...lock, released: false, pid: 2 ** 30 },
    'not a lock',
  ];
  let next = number;
  for (const other of others) {
    next += 1;
    writeFileSync(`${path}/threadkeeper.lock.${next}`, JSON.stringify(other));
    open().release();
    next += 1;
  }
});

processes('a lock held in another container counts until it has not been touched for long', async () => {
  const child = start('lock', path);
  await nextLine(linesOf(child));
  const name = `${path}/threadkeeper.lock.1`;
  const lock = JSON.parse(readFileSync(name, 'utf8'));
  await kill(child);
  writeFileSync(name, JSON.stringify({ ...lock, namespace: 'pid:[1]' }));
  assert.match(String(assert.throws(() => open(), DirectoryInUseError)), `of ${lock.host}, or was until`);
  utimesSync(name, 1, 1);
  open().release();
});

processes('whatever a process has called durable is there after kill -9, again and again', async () => {
  let durable = 0;
  for (let round = 0; round < 4; round++) {
    const child = start('write', path);
    const lines = linesOf(child);
    let count = 0;
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      assert.match(line.value, /^durable \d+$/);
      durable = Number(line.value.slice(8));
      count += 1;
      if (count === 5 + round * 7) child.kill('SIGKILL');
    }
    const state = recoverDirectory(nodeFileSystem, inOnePlace(`${path}/version-2`));
    assert.ok(state.lastZxid >= durable, `found ${state.lastZxid} of ${durable}`);
    assert.ok(durable > 0 && state.tree.find(`/n${durable}`) >= 0);
  }
});

processes('an ensemble gets a directory for each replica, with its myid', () => {
  const directory = open({ replicas: [toPeerId(1), toPeerId(2), toPeerId(3)] });
  assert.equal(
    readdirSync(path).filter((name) => !name.startsWith('threadkeeper')),
    ['1', '2', '3'],
  );
  assert.equal(readdirSync(directory.placeOf(toPeerId(3)).replicaPath).sort(), ['myid', 'version-2']);
  assert.is(readFileSync(`${path}/3/myid`, 'utf8').trim(), '3');
  directory.release();
  assert.throws(() => open(), DataDirectoryError);
  open({ replicas: [toPeerId(1), toPeerId(2), toPeerId(3)] }).release();
});

const FOREIGN: readonly (readonly [string, () => void, abstract new (...parameters: never[]) => Error])[] = [
  ['somebody else’s files', () => writeFileSync(`${path}/thesis.doc`, 'x'), DataDirectoryError],
  ['the myid of another server', () => writeFileSync(`${path}/myid`, '7\n'), DataDirectoryError],
  ['a log that is none', () => writeVersion2('log.1', 'hello, world, I am no log'), ForeignFileError],
  ['a snapshot that is none', () => writeVersion2('snapshot.1', 'PK\u0003\u0004'), ForeignFileError],
  ['a compressed snapshot that is none', () => writeVersion2('snapshot.1.gz', 'x'), ForeignFileError],
  ['an epoch that is none', () => writeVersion2('currentEpoch', 'five'), ForeignFileError],
  ['a file instead of version-2', () => writeFileSync(`${path}/version-2`, ''), ForeignFileError],
];

function writeVersion2(name: string, content: string): void {
  mkdirSync(`${path}/version-2`);
  writeFileSync(`${path}/version-2/${name}`, content);
}

for (const [what, make, expected] of FOREIGN) {
  processes(`a directory with ${what} is refused before anything in it is touched`, () => {
    make();
    const before = readdirSync(path, { recursive: true });
    assert.throws(() => open(), expected);
    assert.equal(readdirSync(path, { recursive: true }), before);
  });
}

processes('a path that is a file, or cannot be made, is refused', () => {
  writeFileSync(`${path}/file`, '');
  const at = (name: string) => () =>
    openDataDirectory({ path: `${path}/${name}`, layout: { single: peer }, onLost: () => {} });
  assert.throws(at('file'), DataDirectoryError);
  assert.throws(at('file/below'), DataDirectoryError);
  // Not even root may write there.
  symlinkSync('/proc/self', `${path}/unwritable`);
  assert.throws(at('unwritable/data'), DataDirectoryError);
});

processes.run();
