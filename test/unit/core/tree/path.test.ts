import { baseName, parentOf, validatePath } from '../../../../core/tree/path.ts';
import { assert, suite } from '../../../support/suite.ts';

const path = suite('tree/path');

path('accepts the paths that PathUtils accepts', () => {
  for (const legal of ['/', '/a', '/a/b', '/...', '/.a', '/a.', '/ ', '/a b', '/é', '/日本', '/\ufa00', '/\uffef']) {
    assert.is(validatePath(legal), null, legal);
  }
});

path('refuses the paths that PathUtils refuses, and says why', () => {
  const refused = ['', 'a', 'a/b', '/a/', '//', '/a//b', '/.', '/..', '/a/./b', '/a/..', '/..//a'];
  const characters = ['\u0000', '\u0001', '\u001f', '\u007f', '\u009f', '\ud800', '\uf8ff', '\ufff0', '\uffff', '😀'];
  for (const illegal of [...refused, ...characters.map((character) => `/a${character}b`)]) {
    assert.type(validatePath(illegal), 'string', JSON.stringify(illegal));
  }
  assert.match(validatePath('/a/') ?? '', 'end with /');
  assert.match(validatePath('/a//b') ?? '', 'empty name');
});

path('cuts a path into parent and name', () => {
  assert.is(parentOf('/a/b'), '/a');
  assert.is(parentOf('/a'), '/');
  assert.is(parentOf('/'), '/');
  assert.is(baseName('/a/b'), 'b');
  assert.is(baseName('/'), '');
});

path.run();
