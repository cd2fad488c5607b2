/**
 * Folding fields into a JSON object: the arithmetic of running aggregates.
 *
 * Sum, min and max are associative and commutative, so deltas computed on any thread, in any grouping, give the same
 * object. `mergeFields` joins two deltas before they are written; `applyFields` folds a delta into what a znode holds.
 * In: objects of an earlier write, deltas. Out: new objects. A value that is no number where one is needed is refused.
 */

import type { Combination, CombineFields } from './contracts.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The znode holds something that the delta cannot be folded into. */
export class CombineError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CombineError';
  }
}

/** The delta that does what `earlier` and then `later` would do. */
export function mergeFields(earlier: CombineFields, later: CombineFields): CombineFields {
  const merged: Record<string, Combination> = { ...earlier };
  for (const [name, next] of Object.entries(later)) {
    const before = merged[name];
    merged[name] = before === undefined ? next : mergeOne(name, before, next);
  }
  return merged;
}

/** The object after the delta. Fields that the delta does not name stay as they are. */
export function applyFields(current: JsonObject, delta: CombineFields): JsonObject {
  const next: Record<string, unknown> = { ...current };
  for (const [name, combination] of Object.entries(delta)) {
    switch (combination.by) {
      case 'sum':
      case 'min':
      case 'max': {
        const before = next[name];
        next[name] =
          before === undefined ? combination.value : fold(combination.by, numberIn(name, before), combination.value);
        break;
      }
      case 'last':
        next[name] = combination.value;
        break;
      case 'ratio':
        // Keeps its place among the fields; its value needs the others first.
        next[name] ??= null;
        break;
    }
  }
  for (const [name, combination] of Object.entries(delta)) {
    if (combination.by === 'ratio') next[name] = ratioOf(next, combination.of, combination.decimals);
  }
  return next;
}

/** @throws CombineError unless the text is a JSON object; no text at all is an empty one */
export function parseObject(text: string): JsonObject {
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CombineError('the znode does not hold JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CombineError('the znode does not hold a JSON object');
  }
  return value as JsonObject;
}

function mergeOne(name: string, before: Combination, next: Combination): Combination {
  if (before.by !== next.by) throw new CombineError(`field ${name} is combined by ${before.by} and by ${next.by}`);
  if (next.by === 'sum' || next.by === 'min' || next.by === 'max') {
    return {
      by: next.by,
      value: fold(next.by, numberIn(name, 'value' in before ? before.value : undefined), next.value),
    };
  }
  return next;
}

function fold(by: 'sum' | 'min' | 'max', a: number, b: number): number {
  if (by === 'min') return Math.min(a, b);
  if (by === 'max') return Math.max(a, b);
  const sum = a + b;
  // 0.1 + 0.2 should read 0.3 in a znode. Whole numbers are counts and stay exact.
  return Number.isInteger(sum) ? sum : Number(sum.toPrecision(12));
}

function ratioOf(fields: JsonObject, [over, under]: readonly [string, string], decimals: number): number | null {
  const divisor = numberIn(under, fields[under]);
  return divisor === 0 ? null : Number((numberIn(over, fields[over]) / divisor).toFixed(decimals));
}

function numberIn(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new CombineError(`field ${name} holds ${JSON.stringify(value) ?? 'nothing'}, not a number`);
}
