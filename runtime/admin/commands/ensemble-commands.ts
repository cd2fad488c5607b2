/** Commands about the ensemble: who leads, who votes, who observes, how far Zab has come (zookeeper-facts 11.3). */

import { counterOf, epochOf, formatZxid } from '../../../core/zxid.ts';
import { type Json, JsonList } from '../json.ts';
import { membershipOf } from '../membership.ts';
import { isStandalone, type ReplicaView, serverState } from '../replica-view.ts';
import { type AdminCommand, type CommandAnswer, DONE } from './command.ts';

export const ENSEMBLE_COMMANDS: readonly AdminCommand[] = [
  {
    names: ['leader', 'lead'],
    needsService: true,
    run: (view) => (isStandalone(view) ? { members: {}, error: 'server is not initialized' } : leaderFacts(view)),
  },
  {
    names: ['observers', 'obsr'],
    needsService: true,
    run: (view) => {
      const observers = syncedObservers(view);
      return { members: { synced_observers: observers.length, observers: new JsonList(observers) } };
    },
  },
  // What is told of observers is their present state: there is nothing to start again.
  { names: ['observer_connection_stat_reset', 'orst'], needsService: true, run: () => DONE },
  { names: ['voting_view'], needsService: true, run: (view) => ({ members: { current_config: votingView(view) } }) },
  {
    names: ['zabstate'],
    needsService: true,
    run: (view) => (isStandalone(view) ? { members: { voting: false, zabstate: '' } } : zabState(view)),
  },
];

function leaderFacts(view: ReplicaView) {
  const { leader, state } = view.replica.role;
  const members = { is_leader: state === 'leading', leader_id: leader ?? -1, leader_ip: view.host };
  return { members };
}

function syncedObservers({ replica }: ReplicaView): Record<string, Json>[] {
  return [...replica.peer.learners]
    .filter(({ isVoter, phase }) => !isVoter && phase === 'following')
    .map(({ id, informedZxid }) => ({ sid: id, last_zxid: formatZxid(informedZxid) }));
}

function votingView(view: ReplicaView): Record<string, Json> {
  return Object.fromEntries(
    membershipOf(view).members.map(({ id, role, host, quorumPort, electionPort }) => [
      String(id),
      {
        server_addresses: new JsonList([`${host}:${quorumPort}`]),
        election_addresses: new JsonList([`${host}:${electionPort}`]),
        client_address: id === view.id ? clientAddress(view) : '',
        learner_type: role,
      },
    ]),
  );
}

function zabState(view: ReplicaView): CommandAnswer {
  const { lastProcessedZxid } = view.replica.tree;
  const own = membershipOf(view).members.find(({ id }) => id === view.id);
  if (own === undefined) return { members: {}, error: 'the addresses of the servers are not known yet' };
  const members = {
    myid: view.id,
    is_leader: serverState(view) === 'leader',
    quorum_address: oneAddress(own.host, own.quorumPort),
    election_address: oneAddress(own.host, own.electionPort),
    client_address: clientAddress(view),
    voting: view.voters.includes(view.id),
    last_zxid: formatZxid(lastProcessedZxid),
    zab_epoch: epochOf(lastProcessedZxid),
    zab_counter: counterOf(lastProcessedZxid),
    zabstate: 'broadcast',
  };
  return { members };
}

/** MultipleAddresses with one. */
function oneAddress(host: string, port: number): Record<string, Json> {
  const address = `${host}:${port}`;
  return {
    empty: false,
    all_addresses: new JsonList([address]),
    all_reachable_addresses: new JsonList([address]),
    one: address,
    reachable_address: address,
    wildcard_addresses: new JsonList([`0.0.0.0:${port}`]),
    all_ports: new JsonList([port]),
    all_host_strings: new JsonList([host]),
    all_reachable_addresses_or_all: new JsonList([address]),
    reachable_or_one: address,
  };
}

function clientAddress({ host, ports }: ReplicaView): string {
  return `${host}:${ports.client}`;
}
