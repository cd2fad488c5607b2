/**
 * Checks of single values and of objects, collecting every problem instead of stopping at the first.
 *
 * In: an unknown value, where it came from (`origin`) and its dotted key. Out: the value with its type, or `undefined`
 * and a problem in the report. Keys that nobody knows are problems too, with the nearest known key as a suggestion.
 */

import type { ConfigProblem } from '../../core/errors.ts';

/** Where problems gather. `originOf` names the file, variable or flag that a key's value came from. */
export interface Report {
  readonly problems: ConfigProblem[];
  originOf(key: string): string;
}

export type Check<Value> = (value: unknown, key: string, report: Report) => Value | undefined;

export function whole({ min, max }: { readonly min: number; readonly max: number }): Check<number> {
  return verify(`a whole number of ${min} to ${max}`, (value): value is number => {
    return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
  });
}

export function ratio(): Check<number> {
  return verify(
    'a number of 0 to 1',
    (value): value is number => typeof value === 'number' && value >= 0 && value <= 1,
  );
}

export function text(expected = 'a text that is not empty', pattern = /./s): Check<string> {
  return verify(expected, (value): value is string => typeof value === 'string' && pattern.test(value));
}

export function flag(): Check<boolean> {
  return verify('true or false', (value): value is boolean => typeof value === 'boolean');
}

/** One of a few words. */
export function oneOf<Word extends string>(...words: readonly Word[]): Check<Word> {
  const isWord = (value: unknown): value is Word => words.some((word) => word === value);
  return verify(words.map((word) => JSON.stringify(word)).join(' or '), isWord);
}

export function orNull<Value>(inner: Check<Value>): Check<Value | null> {
  return (value, key, report) => (value === null ? null : inner(value, key, report));
}

/** Any value: it is checked later by someone who knows it, as a plugin's options are by the plugin. */
export const anything: Check<unknown> = (value) => value;

export function listOf<Value>(inner: Check<Value>): Check<readonly Value[]> {
  return (value, key, report) => {
    if (!Array.isArray(value)) return complain(report, { key, expected: 'a list', value });
    const items = value.map((item, index) => inner(item, `${key}[${index}]`, report));
    return items.filter((item): item is NonNullable<typeof item> => item !== undefined);
  };
}

/** An object of any keys; `keyCheck` judges the keys. */
export function mapOf<Value>(keyCheck: Check<string>, inner: Check<Value>): Check<Readonly<Record<string, Value>>> {
  return (value, key, report) => {
    if (!isRecord(value)) return complain(report, { key, expected: 'an object', value });
    const entries: [string, Value][] = [];
    for (const [name, item] of Object.entries(value)) {
      const at = `${key}.${name}`;
      if (keyCheck(name, at, report) === undefined) continue;
      const checked = inner(item, at, report);
      if (checked !== undefined) entries.push([name, checked]);
    }
    return Object.fromEntries(entries);
  };
}

type Shape = Readonly<Record<string, Check<unknown>>>;
type ValuesOf<Fields extends Shape> = {
  readonly [Name in keyof Fields]?: Fields[Name] extends Check<infer Value> ? Value : never;
};

/** An object of known keys, each of which may be absent unless `required` names it. */
export function shapeOf<Fields extends Shape>(
  fields: Fields,
  required: readonly (keyof Fields & string)[] = [],
): Check<ValuesOf<Fields>> {
  return (value, key, report) => {
    if (!isRecord(value))
      return complain(report, { key: key === '' ? '(whole file)' : key, expected: 'an object', value });
    const values: Record<string, unknown> = {};
    for (const [name, item] of Object.entries(value)) {
      const at = key === '' ? name : `${key}.${name}`;
      const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (check !== undefined) values[name] = item === undefined ? undefined : check(item, at, report);
      else if (name !== '$schema') complainOfUnknown(report, at, { name, known: Object.keys(fields) });
    }
    for (const name of required) {
      const at = key === '' ? name : `${key}.${name}`;
      if (value[name] === undefined) {
        report.problems.push({ origin: report.originOf(at), key: at, expected: 'a value', found: 'nothing' });
      }
    }
    // Every entry of `values` went through the check of its own name.
    return values as ValuesOf<Fields>;
  };
}

/** The known name that the unknown one most likely meant; null when none is near. */
export function nearestName(name: string, known: readonly string[]): string | null {
  let best: { readonly known: string; readonly distance: number } | null = null;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (best === null || distance < best.distance) best = { known: candidate, distance };
  }
  return best !== null && best.distance <= Math.max(1, Math.floor(name.length / 3)) ? best.known : null;
}

export function complainOfUnknown(
  report: Report,
  key: string,
  { name, known }: { readonly name: string; readonly known: readonly string[] },
): void {
  const near = nearestName(name, known);
  const expected = near === null ? `one of the keys ${known.join(', ')}` : `a known key (did you mean ${near}?)`;
  report.problems.push({ origin: report.originOf(key), key, expected, found: `the unknown key ${name}` });
}

/** One short line for a value, cut at 60 characters. */
export function showValue(value: unknown): string {
  const shown = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

function verify<Value>(expected: string, accepts: (value: unknown) => value is Value): Check<Value> {
  return (value, key, report) => (accepts(value) ? value : complain(report, { key, expected, value }));
}

function complain(
  report: Report,
  { key, expected, value }: { readonly key: string; readonly expected: string; readonly value: unknown },
): undefined {
  report.problems.push({ origin: report.originOf(key), key, expected, found: showValue(value) });
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
