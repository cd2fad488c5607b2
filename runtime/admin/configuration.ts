/** A replica's settings under ZooKeeper's names, as `conf` prints them and as the AdminServer has them. */

import { dirname } from 'node:path';
import type { Json } from './json.ts';
import { directorySizes } from './machine-facts.ts';
import { membershipOf } from './membership.ts';
import { isStandalone, type ReplicaView } from './replica-view.ts';

/** What a replica does not have, such as a backlog of its own. */
const NONE = -1;
const IN_MEMORY = '(in memory)';
const ELECTION_ALGORITHM = 3;
const PEER_TYPES = { participant: 0, observer: 1 } as const;

/** The lines of `conf`. */
export function* configurationText(view: ReplicaView): Generator<string, void, undefined> {
  const { settings, history } = view;
  const sizes = directorySizes(history);
  const lines: readonly (readonly [name: string, value: string | number])[] = [
    ['clientPort', view.ports.client],
    ['secureClientPort', view.ports.secureClient ?? NONE],
    ['dataDir', history?.snapshots ?? IN_MEMORY],
    ['dataDirSize', sizes.snapshots],
    ['dataLogDir', history?.logs ?? IN_MEMORY],
    ['dataLogSize', sizes.logs],
    ['tickTime', settings.tickTimeMs],
    ['maxClientCnxns', settings.maxClientConnections],
    ['minSessionTimeout', settings.minSessionTimeoutMs],
    ['maxSessionTimeout', settings.maxSessionTimeoutMs],
    ['clientPortListenBacklog', NONE],
    ['serverId', serverId(view)],
    ...(isStandalone(view) ? [] : ensembleLines(view)),
  ];
  for (const [name, value] of lines) yield `${name}=${value}\n`;
  if (!isStandalone(view)) yield `membership: \n${membershipOf(view).text}`;
}

/** The members of `configuration`. */
export function configurationFacts(view: ReplicaView): Record<string, Json> {
  const { settings, history } = view;
  const facts = {
    client_port: view.ports.client,
    data_dir: history?.snapshots ?? IN_MEMORY,
    data_log_dir: history?.logs ?? IN_MEMORY,
    tick_time: settings.tickTimeMs,
    max_client_cnxns: settings.maxClientConnections,
    min_session_timeout: settings.minSessionTimeoutMs,
    max_session_timeout: settings.maxSessionTimeoutMs,
    server_id: serverId(view),
    client_port_listen_backlog: NONE,
  };
  if (isStandalone(view)) return facts;
  const { quorumPort, electionPort } = ownPorts(view);
  return {
    ...facts,
    init_limit: initLimitTicks(view),
    sync_limit: syncLimitTicks(view),
    election_alg: ELECTION_ALGORITHM,
    election_port: electionPort,
    quorum_port: quorumPort,
    peer_type: peerType(view),
  };
}

/** What a zoo.cfg for this replica would say, as far as that has words for it. */
export function zooCfgText(view: ReplicaView): string {
  const { settings, history } = view;
  const lines: readonly (readonly [name: string, value: string | number])[] = [
    ['tickTime', settings.tickTimeMs],
    ['initLimit', initLimitTicks(view)],
    ['syncLimit', syncLimitTicks(view)],
    ...(history === null
      ? []
      : [['dataDir', dirname(history.snapshots)] as const, ['dataLogDir', dirname(history.logs)] as const]),
    ['clientPort', view.ports.client],
    ['clientPortAddress', view.host],
    ['maxClientCnxns', settings.maxClientConnections],
    ['minSessionTimeout', settings.minSessionTimeoutMs],
    ['maxSessionTimeout', settings.maxSessionTimeoutMs],
    ['snapCount', settings.snapCount],
    ['4lw.commands.whitelist', settings.fourLetterWords.join(',')],
  ];
  return lines.map(([name, value]) => `${name}=${value}\n`).join('');
}

/** A server alone has no number in ZooKeeper. */
function serverId(view: ReplicaView): number {
  return isStandalone(view) ? 0 : view.id;
}

function ensembleLines(view: ReplicaView): readonly (readonly [name: string, value: number])[] {
  const { quorumPort, electionPort } = ownPorts(view);
  return [
    ['initLimit', initLimitTicks(view)],
    ['syncLimit', syncLimitTicks(view)],
    ['electionAlg', ELECTION_ALGORITHM],
    ['electionPort', electionPort],
    ['quorumPort', quorumPort],
    ['peerType', peerType(view)],
  ];
}

function peerType({ id, voters }: ReplicaView): number {
  return voters.includes(id) ? PEER_TYPES.participant : PEER_TYPES.observer;
}

function initLimitTicks({ settings }: ReplicaView): number {
  return Math.max(1, Math.round(settings.initLimitMs / settings.tickTimeMs));
}

/** Silence after which a replica counts as lost is set in milliseconds here, and may be less than a tick. */
function syncLimitTicks({ settings }: ReplicaView): number {
  return Math.max(1, Math.round(settings.heartbeatTimeoutMs / settings.tickTimeMs));
}

function ownPorts(view: ReplicaView): { readonly quorumPort: number; readonly electionPort: number } {
  const own = membershipOf(view).members.find(({ id }) => id === view.id);
  return own ?? { quorumPort: NONE, electionPort: NONE };
}
