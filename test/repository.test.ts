/**
 * Our habits as a test: what the reviews of this repository would otherwise have to look for by eye. Who may import whom
 * stands in support/import-rules.ts; everything is read from the sources as text.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importProblem } from './support/import-rules.ts';
import {
  fileExists,
  findCycles,
  listProjectFiles,
  reachableFrom,
  readSources,
  sourceOfCompiled,
} from './support/source-graph.ts';
import { assert, suite } from './support/suite.ts';
import { findTestFiles } from './support/test-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = listProjectFiles(root);
const sources = readSources(root, files);
const product = [...sources.values()].filter(({ path }) => /^(core|runtime|plugins)\//.test(path));
const core = product.filter(({ path }) => path.startsWith('core/'));

interface PackageJson {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const packageJson: PackageJson = JSON.parse(read('package.json'));

/** What package.json promises beside the compiled sources of the doors. */
const doors = [
  ...Object.values(packageJson.bin),
  ...Object.values(packageJson.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  ),
];
const doorSources = new Set(doors.filter((door) => door.includes('dist/')).map(sourceOfCompiled));
const doorsAreComplete = [...doorSources].every((path) => sources.has(path));

/** Product files that only tests and the simulator run, each with its reason. */
const TEST_ONLY: Readonly<Record<string, string>> = {
  'core/zab/describe.ts': 'the words of transcripts, which only the simulation writes so far',
  'core/zab/invariants.ts': 'what must hold after every step: too dear for production, checked by the simulation',
};

/** Looked for in every text of the project. Written so that this file does not find itself. */
const FORBIDDEN_WORDS = [
  /\bTO[D]O\b/,
  /\bFIX[M]E\b/,
  /\bX[X]X\b/,
  /(^|[\s'"(=])\/wor[k]\//,
  /\/tmp\/t[k]\b/,
  /\bregistry\.[a-z]+js\b/,
  /@ts-(?:ignor[e]|nochec[k]|expect-erro[r])/,
  /eslint-disabl[e]/,
];
const TEXT = /(\.(ts|js|mjs|json|md|txt|yml|yaml|cfg|sh|py)|(^|\/)(\.[\w.]+|LICENSE|run))$/;

/** Looked for in code, where comments and strings are taken out. */
const FORBIDDEN_CODE = [/(?<!\.)\bany\b(?!\s*[(:])/, /\bdebugger\b/, /\brequire\(/];
const FORBIDDEN_TEST_CODE = [...FORBIDDEN_CODE, /\.(?:skip|only)\(/];

/** Time, chance, threads, input and output: what the core must be handed instead. `Date.parse` only reads its argument. */
const IMPURE =
  /(?<![\w$.'])(?:Date(?!\.parse\b)|performance|process|console|globalThis|crypto|fetch|require|Atomics|Worker|MessageChannel|setTimeout|setInterval|setImmediate|queueMicrotask|Math\.random)\b(?!\s*[:?]?:)/;
/** The plugin API may name promises; nothing else in core waits for anything. */
const ASYNCHRONOUS = /(?<![\w$.])(?:async|await|Promise)\b/;

const LINES_MAX = 400;
const TOP_LEVEL = new Set(
  'ARCHITECTURE.md CHANGELOG.md LICENSE MIGRATION.md README.md biome.json bin core cosmiconfig.json examples package-lock.json package.json plugins runtime test tsconfig.json'.split(
    ' ',
  ),
);

function read(path: string): string {
  return readFileSync(`${root}/${path}`, 'utf8');
}

/** All problems at once, one a line: a list of one is as readable as a list of thirty. */
function assertNone(problems: readonly string[]): void {
  assert.is(problems.length, 0, `\n      ${problems.join('\n      ')}\n`);
}

function findLines(path: string, text: string, patterns: readonly RegExp[]): string[] {
  return text.split('\n').flatMap((line, index) => {
    const pattern = patterns.find((candidate) => candidate.test(line));
    return pattern === undefined ? [] : [`${path}:${index + 1} matches ${pattern}: ${line.trim().slice(0, 100)}`];
  });
}

const repository = suite('repository');

repository('imports run one way: core <- runtime <- cli; plugins and examples come in by the doors', () => {
  const dependencies = [...Object.keys(packageJson.dependencies), ...Object.keys(packageJson.devDependencies)];
  const runtimeDependencies = Object.keys(packageJson.dependencies);
  assertNone(
    [...sources.values()].flatMap(({ path, imports }) => {
      const available = path.startsWith('test/') ? dependencies : runtimeDependencies;
      return imports.flatMap((statement) => importProblem(path, statement, available) ?? []);
    }),
  );
});

repository('relative imports name a source that exists, with its extension', () => {
  assertNone(
    [...sources.values()].flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => target !== undefined && !sources.has(target))
        .map(({ specifier }) => `${path} imports ${specifier}`),
    ),
  );
});

repository('no import cycles, types included', () => {
  assertNone(findCycles(new Map(product.map((file) => [file.path, file]))).map((cycle) => cycle.join(' -> ')));
});

repository('uvu is imported by test/support/suite.ts alone', () => {
  const importers = [...sources.values()].filter(({ imports }) =>
    imports.some(({ specifier }) => specifier.startsWith('uvu')),
  );
  assert.equal(
    importers.map(({ path }) => path),
    ['test/support/suite.ts'],
  );
});

repository('the core reads no clock, takes no chance, waits for nothing and touches no machine', () => {
  assertNone(
    core.flatMap(({ path, text }) =>
      findLines(path, text.code, path.startsWith('core/hooks/') ? [IMPURE] : [IMPURE, ASYNCHRONOUS]),
    ),
  );
});

repository(`no file of the product is longer than ${LINES_MAX} lines`, () => {
  assertNone(
    product.flatMap(({ path, raw }) => {
      const lines = raw.trimEnd().split('\n').length;
      return lines > LINES_MAX ? [`${path} has ${lines} lines`] : [];
    }),
  );
});

repository('a file of the product opens with what it decides', () => {
  assertNone(
    product.filter(({ raw }) => !/^(#!.*\n)?\/(\*\*|\/ )/.test(raw)).map(({ path }) => `${path} has no header comment`),
  );
});

repository('no open points, silenced checks or places of one machine in any text', () => {
  assertNone(files.filter((path) => TEXT.test(path)).flatMap((path) => findLines(path, read(path), FORBIDDEN_WORDS)));
});

repository('no any, no skipped test and no other word that has no place in our code', () => {
  assertNone(
    [...sources.values()].flatMap(({ path, text }) =>
      findLines(path, text.code, path.endsWith('.test.ts') ? FORBIDDEN_TEST_CODE : FORBIDDEN_CODE),
    ),
  );
});

repository('every test file is run, by npm test or by the interop stage of .ci/run', () => {
  const run = [...findTestFiles(root, []), ...findTestFiles(root, ['interop/'])].map(({ name }) => `test/${name}`);
  const looksLikeTest = files.filter((path) => /[.-](test|spec)\.[cm]?[jt]sx?$/.test(path));
  assert.equal([...new Set(run)].sort(), looksLikeTest.sort());
  assertNone(run.filter((path) => !fileExists(root, `dist/${path.replace(/\.ts$/, '.js')}`)));
  const ci = read('.ci/run');
  assert.match(ci, /^tests 'npm test' npm test$/m);
  assert.match(ci, /node dist\/test\/run\.js interop$/m);
});

repository('a unit test lies where its subject does', () => {
  const subjects = new Set(files.map((path) => path.slice(0, path.lastIndexOf('/'))));
  assertNone(
    files
      .filter((path) => /^test\/unit\/.*\.test\.ts$/.test(path))
      .map((path) => path.slice('test/unit/'.length, path.lastIndexOf('/')))
      .filter((folder) => !subjects.has(folder) && !subjects.has(`test/${folder}`))
      .map((folder) => `test/unit/${folder} mirrors no folder`),
  );
});

// Before the last door stands, nothing can be said about what leads where.
if (doorsAreComplete) {
  repository('every file of the product is reached from a door', () => {
    const reached = reachableFrom(sources, [...doorSources, ...Object.keys(TEST_ONLY)]);
    assertNone(product.filter(({ path }) => !reached.has(path)).map(({ path }) => `nothing leads to ${path}`));
    assertNone(Object.keys(TEST_ONLY).filter((path) => !sources.has(path)));
  });
}

repository('what package.json promises exists after a build', () => {
  const built = doors.filter((door) => !door.includes('dist/') || sources.has(sourceOfCompiled(door)));
  assertNone([...built, ...(doorsAreComplete ? packageJson.files : [])].filter((path) => !fileExists(root, path)));
});

repository('the lockfile agrees with package.json, pins every version and names no host', () => {
  const text = read('package-lock.json');
  assertNone(findLines('package-lock.json', text, [/"resolved"/, /https?:\/\/[^"]*\.tgz/]));
  const locked = JSON.parse(text).packages[''];
  assert.equal(locked.dependencies, packageJson.dependencies);
  assert.equal(locked.devDependencies, packageJson.devDependencies);
  const versions = Object.entries({ ...packageJson.dependencies, ...packageJson.devDependencies });
  assertNone(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)).map((pair) => pair.join(' ')));
});

repository('the top level keeps its layout', () => {
  const top = new Set(files.map((path) => path.split('/')[0] ?? ''));
  assertNone([...top].filter((name) => !name.startsWith('.') && !TOP_LEVEL.has(name)));
});

repository.run();
