/** Permissions as letters, in the order in which ZooKeeper prints them: `cdrwa`. */

import { Permission } from '../../../core/jute/acl.ts';

export const PERMISSION_LETTERS: readonly (readonly [letter: string, bit: number])[] = [
  ['c', Permission.create],
  ['d', Permission.delete],
  ['r', Permission.read],
  ['w', Permission.write],
  ['a', Permission.admin],
];

export function formatPermissions(perms: number): string {
  return PERMISSION_LETTERS.map(([letter, bit]) => ((perms & bit) === 0 ? '' : letter)).join('');
}
