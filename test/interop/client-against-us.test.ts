// timeout: 600s
/** Our client against our own ensemble: the claims that hold against Apache ZooKeeper hold here, over every carrier. */
import { clientFailoverSuite, clientSuite } from '../support/client-suite.ts';
import { startOurServers } from '../support/our-servers.ts';

const ENSEMBLES = [
  { where: 'in memory, over TCP', inMemory: true, carrier: 'tcp' },
  { where: 'on disk, over TCP', inMemory: false, carrier: 'tcp' },
  { where: 'in memory, over the bus', inMemory: true, carrier: 'bus' },
] as const;

for (const { where, ...options } of ENSEMBLES) {
  clientSuite(`interop/client against us, one replica ${where}`, () => startOurServers({ replicas: 1, ...options }));
  clientSuite(`interop/client against us, three replicas ${where}`, () => startOurServers(options));
  clientFailoverSuite(`interop/client against us, replicas that die, ${where}`, () => startOurServers(options));
}
