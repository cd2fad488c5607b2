import {
  type DirectoryFact,
  judgeClock,
  judgeDirectory,
  judgeFiles,
  judgeMemory,
  judgeNode,
  judgePort,
} from '../../../../../runtime/cli/doctor/findings.ts';
import { assert, suite } from '../../../../support/suite.ts';

const t = suite('cli/doctor');

const GIB = 1024 ** 3;
const GOOD: DirectoryFact = { path: '/data', problem: null, freeBytes: 9 * GIB, syncMs: 1, newestMs: 0 };
const NOW = Date.UTC(2026, 5, 1);

t('Node.js has to be new enough', () => {
  assert.is(judgeNode('20.11.0').level, 'ok');
  assert.is(judgeNode('24.0.0').level, 'ok');
  assert.is(judgeNode('20.9.0').level, 'fail');
  assert.is(judgeNode('18.20.0').level, 'fail');
});

t('memory and open files that are scarce are warned of', () => {
  assert.is(judgeMemory(GIB, 3).level, 'ok');
  assert.is(judgeMemory(GIB / 4, 3).level, 'warn');
  assert.is(judgeFiles(1024).level, 'warn');
  assert.match(judgeFiles(1024).advice ?? '', 'ulimit -n');
  assert.is(judgeFiles(1_048_576).level, 'ok');
  assert.is(judgeFiles(null).level, 'ok');
});

t('a clock that stands before its own files has gone back; one of long ago is none', () => {
  assert.is(judgeClock(NOW, [GOOD]).level, 'ok');
  assert.is(judgeClock(NOW, [{ ...GOOD, newestMs: NOW + 30_000 }]).level, 'ok');
  const back = judgeClock(NOW, [GOOD, { ...GOOD, path: '/two', newestMs: NOW + 3_600_000 }]);
  assert.is(back.level, 'warn');
  assert.match(back.found, '/two');
  assert.is(judgeClock(0, []).level, 'fail');
});

t('a port that cannot be had is told with its use and its reason', () => {
  const fact = { use: 'client port of replica 2', host: '127.0.0.1', port: 2182, error: null };
  assert.is(judgePort(fact).level, 'ok');
  assert.is(judgePort({ ...fact, port: 0 }).level, 'ok');
  const used = judgePort({ ...fact, error: 'EADDRINUSE' });
  assert.is(used.level, 'fail');
  assert.is(used.found, 'client port of replica 2: 127.0.0.1:2182 is in use');
  assert.match(judgePort({ ...fact, error: 'EACCES' }).advice ?? '', '1023');
  assert.match(judgePort({ ...fact, error: 'EADDRNOTAVAIL' }).advice ?? '', 'host');
});

t('a directory has to be usable, with room, on a disk that is no drag', () => {
  assert.is(judgeDirectory(GOOD).level, 'ok');
  assert.is(judgeDirectory({ ...GOOD, problem: 'EACCES' }).level, 'fail');
  assert.is(judgeDirectory({ ...GOOD, freeBytes: 1024 }).level, 'fail');
  assert.is(judgeDirectory({ ...GOOD, freeBytes: GIB }).level, 'warn');
  assert.is(judgeDirectory({ ...GOOD, syncMs: 50 }).level, 'warn');
  assert.is(judgeDirectory({ ...GOOD, freeBytes: null, syncMs: null }).level, 'ok');
});

t.run();
