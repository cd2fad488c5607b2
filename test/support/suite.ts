/**
 * The project's test API, and the only importer of uvu. Plain uvu 0.5.6 stays green when `before` throws, when `.run()` is
 * missing, when a test throws `undefined` or a hook fails late; it knows no timeout and checks no rejection. Here every
 * test is entered in a ledger (ledger.ts) that fails the process on exit unless each one ran, ended in time and left
 * nothing open. There is no `.skip` and no `.only`: a test that must not run is deleted, a single one is run by its file.
 */
import { inspect } from 'node:util';
import { suite as uvuSuite } from 'uvu';
import * as uvuAssert from 'uvu/assert';
import { closeSuite, type Entry, openSuite, register, reportDetail, reportProblem } from './ledger.ts';

export type TestBody = () => void | Promise<void>;

export interface Hook {
  /** Runs once for the suite; where a `before` fails, none of the suite's tests run and the file fails. */
  (body: TestBody): void;
  /** Runs around each test; a failure is that test's failure. After-each hooks run even where the test failed. */
  each(body: TestBody): void;
}

export interface Suite {
  (claim: string, body: TestBody): void;
  readonly before: Hook;
  readonly after: Hook;
  /** Must be called once, after the last test was registered. */
  run(): void;
}

export interface SuiteOptions {
  /** Longest time for one test with its hooks, in milliseconds. Default 10 000. */
  readonly timeoutMs?: number;
}

/** Opens a suite of tests; `name` is the tested part, as in `zab/broadcast`. */
export function suite(name: string, { timeoutMs = 10_000 }: SuiteOptions = {}): Suite {
  const inner = uvuSuite(name);
  const key = {};
  const beforeEach: TestBody[] = [];
  const afterEach: TestBody[] = [];
  let testCount = 0;

  const add = (claim: string, body: TestBody): void => {
    testCount += 1;
    const entry = register(`${name}: ${claim}`);
    inner(claim, () => runTest(entry, claim, { beforeEach, body, afterEach, timeoutMs }));
  };
  const before = Object.assign(
    (body: TestBody) => inner.before(() => runHook(`before of ${name}`, body, timeoutMs, 'rethrow')),
    { each: (body: TestBody) => void beforeEach.push(body) },
  );
  const afterAll: TestBody[] = [];
  const after = Object.assign((body: TestBody) => void afterAll.push(body), {
    each: (body: TestBody) => void afterEach.push(body),
  });
  const run = (): void => {
    if (testCount === 0) reportProblem(`suite "${name}" ran without a test`);
    testCount = 0;
    openSuite(key);
    // uvu calls `after` even where `before` failed, and as the last thing of a suite.
    inner.after(async () => {
      for (const body of afterAll) await runHook(`after of ${name}`, body, timeoutMs, 'report');
      closeSuite(key);
    });
    inner.run();
  };
  return Object.assign(add, { before, after, run });
}

interface TestPlan {
  readonly beforeEach: readonly TestBody[];
  readonly body: TestBody;
  readonly afterEach: readonly TestBody[];
  readonly timeoutMs: number;
}

async function runTest(entry: Entry, claim: string, plan: TestPlan): Promise<void> {
  entry.state = 'started';
  const failures: Error[] = [];
  try {
    for (const hook of plan.beforeEach) await inTime(hook, `before.each of "${claim}"`, plan.timeoutMs);
    await inTime(plan.body, `"${claim}"`, plan.timeoutMs);
  } catch (thrown) {
    failures.push(toError(thrown));
  }
  for (const hook of plan.afterEach) {
    try {
      await inTime(hook, `after.each of "${claim}"`, plan.timeoutMs);
    } catch (thrown) {
      failures.push(toError(thrown));
    }
  }
  const [first, ...others] = failures;
  entry.state = first === undefined ? 'passed' : 'failed';
  for (const other of others) reportProblem(`after.each of "${entry.name}"`, other);
  if (first === undefined) return;
  // uvu prints message, difference and stack, but neither the cause nor the fields of an error.
  const isAssertion = first instanceof uvuAssert.Assertion;
  if (!isAssertion && (first.cause !== undefined || Object.keys(first).length > 0)) {
    reportDetail(`of "${entry.name}": ${inspect(first, { depth: 4 })}`);
  }
  throw first;
}

async function runHook(
  what: string,
  body: TestBody,
  timeoutMs: number,
  onFailure: 'rethrow' | 'report',
): Promise<void> {
  try {
    await inTime(body, what, timeoutMs);
  } catch (thrown) {
    const error = toError(thrown);
    reportProblem(`${what} failed`, error);
    if (onFailure === 'rethrow') throw error;
  }
}

async function inTime(body: TestBody, what: string, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** uvu counts a test that throws `undefined` as passed, and fails to print whatever is no error. */
function toError(thrown: unknown): Error {
  if (thrown instanceof Error && typeof thrown.name === 'string') return thrown;
  return new Error(`threw something that is no Error: ${inspect(thrown)}`);
}

type ErrorClass<Thrown extends Error = Error> = abstract new (...parameters: never[]) => Thrown;
type Rejecting = PromiseLike<unknown> | (() => unknown);
type ErrorPredicate = { check(error: unknown): boolean }['check'];
/** An error class, a predicate over the error, or a pattern for its message. */
export type ExpectedError = ErrorClass | ErrorPredicate | RegExp;

export interface Assert {
  ok(actual: unknown, message?: string): asserts actual;
  /** Strict equality (`===`). */
  readonly is: { (actual: unknown, expected: unknown, message?: string): void; not: Comparison };
  /** Deep equality: same constructors, same contents. */
  equal(actual: unknown, expected: unknown, message?: string): void;
  type(actual: unknown, expected: string, message?: string): void;
  instance(actual: unknown, expected: abstract new (...parameters: never[]) => object, message?: string): void;
  /** A string expectation is to be contained, a pattern is to match. */
  match(actual: string, expected: string | RegExp, message?: string): void;
  /** Equal texts, compared line by line after both are dedented; `fixture` numbers the lines. */
  snapshot(actual: string, expected: string, message?: string): void;
  fixture(actual: string, expected: string, message?: string): void;
  /** @returns what was thrown */
  throws<Thrown extends Error>(body: () => unknown, expected: ErrorClass<Thrown>, message?: string): Thrown;
  throws(body: () => unknown, expected: RegExp, message?: string): Error;
  throws(body: () => unknown, expected?: ExpectedError, message?: string): unknown;
  /** @returns what the promise was rejected with; a function is called, and may throw instead */
  rejects<Thrown extends Error>(promise: Rejecting, expected: ErrorClass<Thrown>, message?: string): Promise<Thrown>;
  rejects(promise: Rejecting, expected: RegExp, message?: string): Promise<Error>;
  rejects(promise: Rejecting, expected?: ExpectedError, message?: string): Promise<unknown>;
  unreachable(message?: string): void;
  readonly not: {
    (actual: unknown, message?: string): void;
    ok: (actual: unknown, message?: string) => void;
    equal: Comparison;
    type: (actual: unknown, expected: string, message?: string) => void;
    instance: (actual: unknown, expected: abstract new (...parameters: never[]) => object, message?: string) => void;
    match: (actual: string, expected: string | RegExp, message?: string) => void;
    throws: (body: () => unknown, message?: string) => void;
  };
}

type Comparison = (actual: unknown, expected: unknown, message?: string) => void;

/** uvu's assertions; its `throws` takes a string for a message and calls a class as a function, ours and `rejects` do not. */
export const assert: Assert = { ...uvuAssert, match, throws, rejects } as Assert;

/** Unlike uvu's, it shows the text in which nothing was found. */
function match(actual: string, expected: string | RegExp, message?: string): void {
  const found = typeof expected === 'string' ? actual.includes(expected) : actual.search(expected) >= 0;
  if (!found) failed(`${message ?? `expected to find ${inspect(expected)}`} in:\n${actual}`);
}

function throws(body: () => unknown, expected?: ExpectedError, message?: string): unknown {
  let thrown: unknown;
  try {
    body();
  } catch (error) {
    thrown = error;
    checkThrown(error, expected, message);
    return thrown;
  }
  return failed(message ?? 'expected the function to throw, but it returned');
}

async function rejects(promise: Rejecting, expected?: ExpectedError, message?: string): Promise<unknown> {
  let value: unknown;
  try {
    value = await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    checkThrown(error, expected, message);
    return error;
  }
  return failed(message ?? `expected a rejection, but the promise was fulfilled with ${inspect(value)}`);
}

function checkThrown(error: unknown, expected: ExpectedError | undefined, message: string | undefined): void {
  if (expected === undefined || isExpected(error, expected)) return;
  const wanted = typeof expected === 'function' ? expected.name || 'the predicate' : String(expected);
  failed(`${message ?? `expected an error that matches ${wanted}`}; got ${inspect(error, { depth: 3 })}`);
}

function isExpected(error: unknown, expected: ExpectedError): boolean {
  if (expected instanceof RegExp) return error instanceof Error && expected.test(error.message);
  return isErrorClass(expected) ? error instanceof expected : expected(error);
}

function isErrorClass(expected: ErrorClass | ErrorPredicate): expected is ErrorClass {
  return expected === Error || expected.prototype instanceof Error;
}

function failed(message: string): never {
  uvuAssert.unreachable(message);
  throw new Error(message);
}
