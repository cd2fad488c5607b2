/** An ACL as zkCli reads it: `scheme:id:perms`, separated by commas; the id is what lies between the outer colons. */

import type { Acl } from '../../../core/jute/acl.ts';
import { usageError } from './command-error.ts';
import { PERMISSION_LETTERS } from './permissions.ts';

/** @throws CommandError that names the first entry without that form, or with an unknown letter */
export function parseAcl(text: string): readonly Acl[] {
  return text.split(',').map(parseEntry);
}

function parseEntry(entry: string): Acl {
  const first = entry.indexOf(':');
  const last = entry.lastIndexOf(':');
  if (first === last) {
    throw usageError(`${entry} does not have the form scheme:id:perm\nAcl is not valid : null`);
  }
  const perms = parsePermissions(entry.slice(last + 1));
  return { perms, scheme: entry.slice(0, first), id: entry.slice(first + 1, last) };
}

function parsePermissions(letters: string): number {
  let perms = 0;
  for (const letter of letters) {
    const bit = PERMISSION_LETTERS.find(([known]) => known === letter)?.[1];
    if (bit === undefined) throw usageError(`Unknown perm type: ${letter}`);
    perms |= bit;
  }
  return perms;
}
