/**
 * A small Standard Schema for plugin options: an object of named fields, each with a check and perhaps a default.
 *
 * For plugins that want no schema library. Reports every fault at once, with its path; an unknown key is a fault.
 *
 *     const options = fields({ file: text(), speed: number({ min: 0.001, otherwise: 1 }), loop: flag(false) });
 */

import type { StandardIssue, StandardSchema } from './standard-schema.ts';

/** One field: its check, and what stands in when it is absent (undefined: it must be there). */
export interface Field<Value> {
  readonly expected: string;
  readonly otherwise?: { readonly value: Value };
  /** Adds issues for what is wrong, under the path, and returns the value otherwise. */
  read(value: unknown, path: readonly PropertyKey[], issues: StandardIssue[]): Value | undefined;
}

type Fields = Readonly<Record<string, Field<unknown>>>;
export type ValuesOf<Shape extends Fields> = {
  readonly [Name in keyof Shape]: Shape[Name] extends Field<infer Value> ? Value : never;
};

export function text(otherwise?: string): Field<string> {
  return field(
    'a text that is not empty',
    (value) => (typeof value === 'string' && value !== '' ? value : undefined),
    otherwise,
  );
}

export function flag(otherwise?: boolean): Field<boolean> {
  return field('true or false', (value) => (typeof value === 'boolean' ? value : undefined), otherwise);
}

export interface NumberBounds {
  readonly min?: number;
  readonly max?: number;
  /** Whole numbers only. */
  readonly whole?: boolean;
  readonly otherwise?: number;
}

export function number({
  min = -Infinity,
  max = Infinity,
  whole = false,
  otherwise,
}: NumberBounds = {}): Field<number> {
  const range =
    min === -Infinity && max === Infinity
      ? ''
      : ` of ${min === -Infinity ? `at most ${max}` : max === Infinity ? `${min} or more` : `${min} to ${max}`}`;
  return field(
    `a ${whole ? 'whole ' : ''}number${range}`,
    (value) =>
      typeof value === 'number' &&
      Number.isFinite(value) &&
      value >= min &&
      value <= max &&
      (!whole || Number.isInteger(value))
        ? value
        : undefined,
    otherwise,
  );
}

export function oneOf<const Choice extends string>(choices: readonly Choice[], otherwise?: Choice): Field<Choice> {
  return field(`one of ${choices.join(', ')}`, (value) => choices.find((choice) => choice === value), otherwise);
}

/** The field may be left out, and is null then. */
export function optional<Value>(inner: Field<Value>): Field<Value | null> {
  return {
    expected: inner.expected,
    otherwise: { value: null },
    read: (value, path, issues) => (value === null ? null : inner.read(value, path, issues)),
  };
}

/** An object of named fields, nested or as a whole schema through `schemaOf`. */
export function object<Shape extends Fields>(shape: Shape): Field<ValuesOf<Shape>> {
  return {
    expected: 'an object',
    read: (value, path, issues) => {
      const given = asObject(value, path, issues);
      if (given === undefined) return undefined;
      const values: Record<string, unknown> = {};
      for (const name of Object.keys(given)) {
        if (!Object.hasOwn(shape, name))
          issues.push({ message: unknownKey(Object.keys(shape)), path: [...path, name] });
      }
      for (const [name, inner] of Object.entries(shape)) {
        const found = given[name];
        if (found !== undefined) values[name] = inner.read(found, [...path, name], issues);
        else if (inner.otherwise !== undefined) values[name] = inner.otherwise.value;
        else issues.push({ message: `expected ${inner.expected}, found nothing`, path: [...path, name] });
      }
      // Complete or refused: `schemaOf` returns values only when no issue was added.
      return values as ValuesOf<Shape>;
    },
  };
}

/** An object with any keys, whose values are all of one kind. */
export function record<Value>(inner: Field<Value>): Field<Readonly<Record<string, Value>>> {
  return {
    expected: 'an object',
    otherwise: { value: {} },
    read: (value, path, issues) => {
      const given = asObject(value, path, issues);
      if (given === undefined) return undefined;
      const values: Record<string, Value> = {};
      for (const [name, found] of Object.entries(given)) {
        const read = inner.read(found, [...path, name], issues);
        if (read !== undefined) values[name] = read;
      }
      return values;
    },
  };
}

/** The Standard Schema of an object of fields. No options at all count as an empty object. */
export function fields<Shape extends Fields>(shape: Shape): StandardSchema<unknown, ValuesOf<Shape>> {
  const whole = object(shape);
  return {
    '~standard': {
      version: 1,
      vendor: 'threadkeeper',
      validate: (value) => {
        const issues: StandardIssue[] = [];
        const read = whole.read(value ?? {}, [], issues);
        return issues.length > 0 || read === undefined ? { issues } : { value: read };
      },
    },
  };
}

function field<Value>(
  expected: string,
  check: (value: unknown) => Value | undefined,
  otherwise: Value | undefined,
): Field<Value> {
  const read: Field<Value>['read'] = (value, path, issues) => {
    const checked = check(value);
    if (checked === undefined) issues.push({ message: `expected ${expected}, found ${JSON.stringify(value)}`, path });
    return checked;
  };
  return otherwise === undefined ? { expected, read } : { expected, read, otherwise: { value: otherwise } };
}

function asObject(
  value: unknown,
  path: readonly PropertyKey[],
  issues: StandardIssue[],
): Readonly<Record<string, unknown>> | undefined {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  issues.push({ message: `expected an object, found ${JSON.stringify(value)}`, path });
  return undefined;
}

function unknownKey(known: readonly string[]): string {
  return `expected no such key (known: ${known.join(', ')})`;
}
