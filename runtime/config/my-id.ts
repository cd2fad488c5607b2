/** The number of a server as its data directory has it: the file `myid`, ASCII decimal (zookeeper-facts 12.1). */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const SERVER_ID_MAX = 254;

/** Null when there is none, or it is no number of 1 to 254: a standalone ZooKeeper does not look at it. */
export function readMyId(dataDir: string): number | null {
  const path = join(dataDir, 'myid');
  if (!existsSync(path)) return null;
  const text = readFileSync(path, 'latin1').trim();
  const id = Number(text);
  return /^\d+$/.test(text) && id >= 1 && id <= SERVER_ID_MAX ? id : null;
}
