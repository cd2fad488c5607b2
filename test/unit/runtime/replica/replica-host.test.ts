/** Replicas with their hosts, all on this thread: what a host does between two turns of the loop. */

import { type PeerId, toPeerId } from '../../../../core/ids.ts';
import { makeLinkPorts, openPortLink } from '../../../../runtime/bus/port-link.ts';
import { busTransport } from '../../../../runtime/bus-transport.ts';
import { Client } from '../../../../runtime/client/client.ts';
import { serveLink } from '../../../../runtime/net/link-carrier.ts';
import { ReplicaHost } from '../../../../runtime/replica/replica-host.ts';
import { ReplicaMeters } from '../../../../runtime/replica/replica-meters.ts';
import { openMemoryStorage } from '../../../../runtime/storage/memory-storage.ts';
import type { ReplicaStorage, StorageListener } from '../../../../runtime/storage/replica-storage.ts';
import { eventually } from '../../../support/eventually.ts';
import { REPLICA_DEFAULTS } from '../../../support/server-harness.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('replica/replica-host');
const VOTERS = [1, 2, 3].map(toPeerId);
const [ONE, TWO, THREE] = [toPeerId(1), toPeerId(2), toPeerId(3)];
const SLICES_MIN = 5;
const ZNODE_BYTES = 256 * 1024;

let hosts: ReplicaHost[] = [];
let client: Client | null = null;
t.after.each(async () => {
  await client?.close();
  client = null;
  await Promise.all(hosts.map((host) => host.close()));
  hosts = [];
});

function startHost(id: PeerId, watchStorage: (storage: ReplicaStorage) => void = () => {}): ReplicaHost {
  const host = new ReplicaHost({
    replica: {
      ...REPLICA_DEFAULTS,
      id,
      voters: VOTERS,
      observers: [],
      heartbeatIntervalMs: 20,
      syncLimitMs: 10_000,
      initLimitMs: 10_000,
      notificationMinMs: 50,
      notificationMaxMs: 1000,
      // So little is remembered that a learner who comes late needs a snapshot.
      commitLogCount: 1,
      commitLogBytes: 1,
    },
    log: () => {},
    clientLimits: { maxClientConnections: 0, maxFrameBytes: 1 << 20 },
    meters: new ReplicaMeters(),
    answerWord: null,
    openStorage: (listener: StorageListener) => {
      const storage = openMemoryStorage({ listener, start: 'first' });
      const recovered = storage.recover();
      watchStorage(storage);
      return { storage, recovered };
    },
    onRole: () => {},
    onFatal: (error) => {
      throw error;
    },
  });
  hosts.push(host);
  return host;
}

function link(a: ReplicaHost, b: ReplicaHost): void {
  const { port1, port2 } = makeLinkPorts();
  a.addPeer(b.replica.id, openPortLink(port1));
  b.addPeer(a.replica.id, openPortLink(port2));
}

function connect(host: ReplicaHost): Client {
  const openTransport = busTransport(() => {
    const { port1, port2 } = makeLinkPorts();
    serveLink(openPortLink(port1), host.clients.accept);
    return port2;
  });
  return new Client(`replica:${host.replica.id}`, { openTransport });
}

t('a snapshot of the leader is installed slice by slice, with turns of the loop in between', async () => {
  const one = startHost(ONE);
  const two = startHost(TWO);
  link(one, two);
  client = connect(one);
  for (let index = 0; index < SLICES_MIN; index++) await client.create(`/big-${index}`, Buffer.alloc(ZNODE_BYTES));

  let turns = 0;
  const turnsOfSlices: number[] = [];
  const three = startHost(THREE, (storage) => {
    const beginInstall = storage.beginInstall.bind(storage);
    storage.beginInstall = (zxid) => {
      const sink = beginInstall(zxid);
      return { ...sink, write: () => void turnsOfSlices.push(turns) };
    };
  });
  const count = (): void => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  try {
    link(one, three);
    link(two, three);
    await eventually(() => three.replica.role.active && three.replica.tree.find('/big-0') >= 0);
  } finally {
    clearImmediate(counting);
  }
  assert.ok(turnsOfSlices.length >= SLICES_MIN, `${turnsOfSlices.length} slices`);
  assert.is(new Set(turnsOfSlices).size, turnsOfSlices.length, `slices in turns ${turnsOfSlices.join(' ')}`);
});

t.run();
