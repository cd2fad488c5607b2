/**
 * The ensemble's members with their addresses, as /zookeeper/config tells them: what every tool is told, so that no two
 * answers differ. Quorum and election ports in it are nobody's (core/server/membership/ensemble-config.ts).
 */

import { type EnsembleMember, parseEnsembleConfig } from '../client/ensemble-config.ts';
import type { ReplicaView } from './replica-view.ts';

const CONFIG_PATH = '/zookeeper/config';

export interface Membership {
  readonly text: string;
  readonly members: readonly MemberAddresses[];
}

export interface MemberAddresses {
  readonly id: number;
  readonly role: EnsembleMember['role'];
  readonly host: string;
  readonly quorumPort: number;
  readonly electionPort: number;
}

/** Empty for a server alone, and as long as nobody has told where the members are. */
export function membershipOf({ replica: { tree } }: ReplicaView): Membership {
  const row = tree.find(CONFIG_PATH);
  if (row < 0) return { text: '', members: [] };
  const { text, members } = parseEnsembleConfig(tree.data(row), tree.stat(row));
  return { text, members: members.map(addressesOf) };
}

function addressesOf({ id, role, quorumAddress }: EnsembleMember): MemberAddresses {
  const parts = quorumAddress.split(':');
  const electionPort = Number(parts.pop());
  const quorumPort = Number(parts.pop());
  return { id, role, host: parts.join(':'), quorumPort, electionPort };
}
