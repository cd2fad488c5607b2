import { validatePath } from '../../../../core/tree/path.ts';
import { Chroot, pathProblem } from '../../../../runtime/client/path.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/path');

t('paths that ZooKeeper takes are taken', () => {
  for (const path of ['/', '/a', '/a/b', '/...', '/.a', '/a.', '/..a/b', '/ ', '/ä/世界', '/a b']) {
    assert.is(pathProblem(path), null, path);
  }
});

t('other paths are refused in the words of PathUtils', () => {
  const because = (path: string, reason: string): string => `Invalid path string "${path}" caused by ${reason}`;
  const cases: Record<string, string> = {
    '': 'Path length must be > 0',
    a: 'Path must start with / character',
    '/a/': 'Path must not end with / character',
    '//': 'Path must not end with / character',
    '/a//b': because('/a//b', 'empty node name specified @3'),
    '//b': because('//b', 'empty node name specified @1'),
    '/a/./b': because('/a/./b', 'relative paths not allowed @3'),
    '/a/..': because('/a/..', 'relative paths not allowed @4'),
    '/.': because('/.', 'relative paths not allowed @1'),
    '/a\u0000': because('/a\u0000', 'null character not allowed @2'),
    '/\u0007': because('/\u0007', 'invalid character @1'),
    '/🐎': because('/🐎', 'invalid character @1'),
    '/a\u009f': because('/a\u009f', 'invalid character @2'),
    '/\ufff0': because('/\ufff0', 'invalid character @1'),
  };
  for (const [path, problem] of Object.entries(cases)) assert.is(pathProblem(path), problem, path);
});

t('the client refuses exactly what the tree refuses', () => {
  // All texts of up to four of these units, which are the ones on either side of each rule.
  const units = [
    '/',
    '.',
    'a',
    ' ',
    '\u0000',
    '\u001f',
    '\u007f',
    '\u009f',
    '\u00a0',
    '\ud7ff',
    '\ud800',
    '\uf8ff',
    '\uf900',
    '\uffef',
    '\ufff0',
  ];
  let paths = [''];
  for (let length = 0; length < 4; length++) {
    for (const path of paths) {
      assert.is(pathProblem(path) === null, validatePath(path) === null, JSON.stringify(path));
    }
    paths = paths.flatMap((path) => units.map((unit) => path + unit));
  }
});

t('a chroot is put before every path and taken from every answer', () => {
  const chroot = new Chroot('/app');
  assert.is(chroot.toServer('/'), '/app');
  assert.is(chroot.toServer('/a/b'), '/app/a/b');
  assert.is(chroot.toClient('/app'), '/');
  assert.is(chroot.toClient('/app/a/b'), '/a/b');
});

t('paths outside the chroot are passed unchanged, also those that only look alike', () => {
  const chroot = new Chroot('/app');
  assert.is(chroot.toClient('/zookeeper/config'), '/zookeeper/config');
  assert.is(chroot.toClient('/apple/a'), '/apple/a');
  assert.is(new Chroot('').toClient('/a'), '/a');
});

t.run();
