/**
 * The members of the ensemble as /zookeeper/config tells them (QuorumMaj.toString; zookeeper-facts 10.3, 10.4):
 *
 *     server.1=127.0.0.1:2888:3888:participant;127.0.0.1:2181
 *     version=0
 *
 * Clients take the servers' client addresses from it. The quorum and election ports are nobody's here, since replicas
 * talk over other carriers; but parsers demand two different ones, so each server shows those that ZooKeeper's own
 * examples give to its number.
 */

import type { PeerId } from '../../ids.ts';

export interface EnsembleMember {
  readonly id: PeerId;
  readonly role: 'participant' | 'observer';
  /** Where other servers would look for it: a name or an address. */
  readonly host: string;
  readonly clientHost: string;
  readonly clientPort: number;
}

/** The version of a configuration that was never changed at run time. */
export const INITIAL_CONFIG_VERSION = 0;
const QUORUM_PORT_BASE = 2887;
const ELECTION_PORT_BASE = 3887;

/** The znode's text; empty for a server that is alone, as ZooKeeper's standalone server has it. */
export function ensembleConfigText(members: readonly EnsembleMember[]): string {
  if (members.length < 2) return '';
  const lines = members.map((member) => {
    const [quorum, client] = [quorumAddress(member), clientAddress(member)];
    return `server.${member.id}=${quorum}:${electionPort(member)}:${member.role};${client}\n`;
  });
  return `${lines.join('')}version=${INITIAL_CONFIG_VERSION.toString(16)}`;
}

/** Every address of a member, as `host:port`. */
export function addressesOf(member: EnsembleMember): readonly string[] {
  return [quorumAddress(member), `${bracketed(member.host)}:${electionPort(member)}`, clientAddress(member)];
}

function quorumAddress({ id, host }: EnsembleMember): string {
  return `${bracketed(host)}:${QUORUM_PORT_BASE + id}`;
}

function electionPort({ id }: EnsembleMember): number {
  return ELECTION_PORT_BASE + id;
}

function clientAddress({ clientHost, clientPort }: EnsembleMember): string {
  return `${bracketed(clientHost)}:${clientPort}`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
