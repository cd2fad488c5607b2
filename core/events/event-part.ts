/** A part of an event by its dotted path, `data.place` for instance; undefined where there is none. */

import type { CloudEvent } from './envelope.ts';

export function partOf(event: CloudEvent, path: string): unknown {
  let value: unknown = event;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}
