/** Which operations sequences are made of: those that our servers know. */
import type { Operation } from './operation.ts';

/** What our servers do not know yet. */
export const NOT_READY: ReadonlySet<string> = new Set([
  'createContainer',
  'createTTL',
  'setACL',
  'getEphemerals',
  'getAllChildrenNumber',
  'addWatch',
  'removeWatches',
  'checkWatches',
  'setWatches2',
  'multiRead',
  'addAuth',
  'whoAmI',
  'reconfig',
]);

export function isReady(operation: Operation): boolean {
  if (operation.op === 'mangled') return isReady(operation.of);
  if ('path' in operation && operation.path?.startsWith('/zookeeper/quota/')) return false;
  if ('flags' in operation && operation.flags >= 4 && operation.flags <= 6) return false;
  const members = operation.op === 'multi' || operation.op === 'multiRead' ? operation.ops : [];
  return !NOT_READY.has(operation.op) && members.every(isReady);
}
