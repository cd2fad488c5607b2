/** Which operations sequences are made of: those that our servers know. */
import type { Operation } from './operation.ts';

/** What our servers do not know yet. */
export const NOT_READY: ReadonlySet<string> = new Set(['addAuth']);

export function isReady(operation: Operation): boolean {
  if (operation.op === 'mangled') return isReady(operation.of);
  const members = operation.op === 'multi' || operation.op === 'multiRead' ? operation.ops : [];
  return !NOT_READY.has(operation.op) && members.every(isReady);
}
