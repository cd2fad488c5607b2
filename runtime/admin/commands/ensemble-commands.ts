/** Commands about the ensemble: who leads, who votes, who observes, how far Zab has come (zookeeper-facts 11.3). */

import { counterOf, epochOf, formatZxid } from '../../../core/zxid.ts';
import { type Json, JsonList } from '../json.ts';
import { isStandalone, type ReplicaView, serverState } from '../replica-view.ts';
import { type AdminCommand, DONE } from './command.ts';

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
    run: (view) => ({ members: isStandalone(view) ? { voting: false, zabstate: '' } : zabState(view) }),
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

/** Replicas speak over links of the process: none has an address for the others. */
const NO_ADDRESSES = (): JsonList => new JsonList([]);

function votingView(view: ReplicaView): Record<string, Json> {
  if (isStandalone(view)) return {};
  return Object.fromEntries(
    [...view.voters, ...view.observers].map((id) => [
      String(id),
      {
        server_addresses: NO_ADDRESSES(),
        election_addresses: NO_ADDRESSES(),
        client_address: id === view.id ? clientAddress(view) : '',
        learner_type: view.voters.includes(id) ? 'participant' : 'observer',
      },
    ]),
  );
}

function zabState(view: ReplicaView): Record<string, Json> {
  const { lastProcessedZxid } = view.replica.tree;
  return {
    myid: view.id,
    is_leader: serverState(view) === 'leader',
    quorum_address: noAddress(),
    election_address: noAddress(),
    client_address: clientAddress(view),
    voting: view.voters.includes(view.id),
    last_zxid: formatZxid(lastProcessedZxid),
    zab_epoch: epochOf(lastProcessedZxid),
    zab_counter: counterOf(lastProcessedZxid),
    zabstate: 'broadcast',
  };
}

/** MultipleAddresses without any. */
function noAddress(): Record<string, Json> {
  return { empty: true, all_addresses: NO_ADDRESSES(), all_ports: NO_ADDRESSES(), all_host_strings: NO_ADDRESSES() };
}

function clientAddress({ host, ports }: ReplicaView): string {
  return `${host}:${ports.client}`;
}
