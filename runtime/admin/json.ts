/**
 * JSON in the layout of the AdminServer (Jackson's default pretty printer), piece by piece: an object's members on lines
 * of their own, a list's items one after another. Lists and objects may be made while they are written, so that an answer
 * about ten thousand connections never exists as a whole.
 */

import { formatDouble } from './java-text.ts';

/** A number that Java has as a double: it shows a point even when it is whole. */
export class JsonDouble {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | JsonDouble
  | JsonList
  | { readonly [name: string]: Json }
  | JsonMembers;

/** A list of any length; `items` is gone through once. */
export class JsonList {
  readonly items: Iterable<Json>;

  constructor(items: Iterable<Json>) {
    this.items = items;
  }
}

/** An object of any size, likewise. */
export class JsonMembers {
  readonly members: Iterable<readonly [name: string, value: Json]>;

  constructor(members: Iterable<readonly [name: string, value: Json]>) {
    this.members = members;
  }
}

export function* jsonPieces(value: Json, indent = ''): Generator<string, void, undefined> {
  if (typeof value !== 'object' || value === null || value instanceof JsonDouble) yield scalarText(value);
  else if (value instanceof JsonList) yield* listPieces(value, indent);
  else yield* objectPieces(value instanceof JsonMembers ? value.members : Object.entries(value), indent);
}

function scalarText(value: string | number | bigint | boolean | null | JsonDouble): string {
  if (value instanceof JsonDouble) return formatDouble(value.value);
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

function* listPieces({ items }: JsonList, indent: string): Generator<string, void, undefined> {
  let separator = '[ ';
  for (const item of items) {
    yield separator;
    separator = ', ';
    yield* jsonPieces(item, indent);
  }
  yield separator === '[ ' ? '[ ]' : ' ]';
}

function* objectPieces(members: Iterable<readonly [string, Json]>, indent: string): Generator<string, void, undefined> {
  const inner = `${indent}  `;
  let separator = '{';
  for (const [name, member] of members) {
    yield `${separator}\n${inner}${JSON.stringify(name)} : `;
    separator = ',';
    yield* jsonPieces(member, inner);
  }
  yield separator === '{' ? '{ }' : `\n${indent}}`;
}
