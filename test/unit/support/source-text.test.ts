/** The scanner under the repository's habits: it must not take a comment for code nor lose an import. */

import { readImports, readSourceText } from '../../support/source-text.ts';
import { assert, suite } from '../../support/suite.ts';

const scanning = suite('support/source-text');

function codeOf(source: string): string {
  return readSourceText(source).code.replace(/ +/g, ' ').trim();
}

function importsOf(source: string): string[] {
  return readImports(readSourceText(source)).map(({ specifier, typeOnly }) =>
    typeOnly ? `type ${specifier}` : specifier,
  );
}

scanning('comments, strings, templates and regular expressions are no code', () => {
  assert.is(codeOf('a(); // any\nb(); /* any\nany */ c();'), 'a(); \nb(); \n c();');
  assert.is(codeOf(`f('any', "it's any", 'an \\' any');`), 'f( , , );');
  assert.is(codeOf('const x = /any["\'`/]/g.test(y) ? 4 / 2 / 1 : 0;'), 'const x = g.test(y) ? 4 / 2 / 1 : 0;');
  assert.is(codeOf('return /any/;'), 'return ;');
});

scanning('what stands inside a template is code again, to any depth', () => {
  const nested = ['f(`any $', '{g({ a: `any $', '{h(1)} any` })} any`);'].join('');
  assert.is(codeOf(nested), 'f( g({ a: h(1) }) );');
});

scanning('offsets and lines stay', () => {
  const source = "import a from 'b'; // c\n/* d\n e */ f();\n";
  const { code, statements } = readSourceText(source);
  assert.is(code.length, source.length);
  assert.is(statements.length, source.length);
  assert.is(code.indexOf('f()'), source.indexOf('f()'));
  assert.is(code.split('\n').length, source.split('\n').length);
});

scanning('every form of import and export is found, types marked', () => {
  const source = [
    "import one from 'one';",
    "import 'two';",
    "import type { A } from 'three';",
    'import {',
    '  type B,',
    '  type C,',
    "} from 'four';",
    "import { type D, e } from 'five';",
    "export { f } from 'six';",
    "export type { G } from 'seven';",
    "export * from 'eight';",
    "import * as h from 'nine';",
    "const i = await import('ten');",
    "import j, { type K } from 'eleven';",
    "export const l = 'twelve';",
    "// import m from 'thirteen';",
    "const n = `\nimport o from 'fourteen';\n`;",
  ].join('\n');
  assert.equal(importsOf(source).sort(), [
    'eight',
    'eleven',
    'five',
    'nine',
    'one',
    'six',
    'ten',
    'two',
    'type four',
    'type seven',
    'type three',
  ]);
});

scanning('plain strings are listed', () => {
  assert.equal(readSourceText("new URL('./a.js', \"b\"); // 'c'").strings, ['./a.js', 'b']);
});

scanning.run();
