/** Where the replicas of this process are reached, for /zookeeper/config. */

import { hostname } from 'node:os';
import type { PeerId } from '../../core/ids.ts';
import type { EnsembleMember } from '../../core/server/membership/ensemble-config.ts';

const EVERY_INTERFACE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

export interface MemberPlace {
  readonly id: PeerId;
  readonly role: EnsembleMember['role'];
  /** The address to listen on. */
  readonly host: string;
  /** null as long as it is not known. */
  readonly port: number | null;
}

/** @returns null until every port is known */
export function ensembleMembers(places: readonly MemberPlace[]): readonly EnsembleMember[] | null {
  const members: EnsembleMember[] = [];
  for (const { id, role, host, port } of places) {
    if (port === null) return null;
    // Who listens everywhere is looked for under the machine's name, as in the server lines that people write.
    const name = EVERY_INTERFACE.has(host) ? hostname() : host;
    members.push({ id, role, host: name, clientHost: host, clientPort: port });
  }
  return members;
}
