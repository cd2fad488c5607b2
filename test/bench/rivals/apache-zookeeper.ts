/** Apache ZooKeeper as the other side: three servers of Debian's package, forced sync, 512 MB heaps, tickTime 2000. */

import { ApacheZooKeeper } from '../../support/apache-zookeeper.ts';
import type { RunningSide, Side } from '../sides/side.ts';

export const apacheZooKeeper: Side = {
  name: 'Apache ZooKeeper',
  async launch(directory): Promise<RunningSide> {
    const launchedAtMs = performance.now();
    const ensemble = await ApacheZooKeeper.launch({ serverCount: 3, heapMb: 512, parentDir: directory });
    let killedIndex: number | undefined;
    return {
      launchedAtMs,
      servers: ensemble.servers.map((server) => `127.0.0.1:${server.clientPort}`),
      pids: () => ensemble.servers.flatMap((server) => (server.pid === undefined ? [] : [server.pid])),
      ready: () => ensemble.ready(),
      leaderIndex: () => ensemble.leaderIndex(),
      async killLeader() {
        killedIndex = await ensemble.leaderIndex();
        if (killedIndex === undefined) throw new Error('Apache ZooKeeper has no leader to kill');
        await ensemble.kill9(killedIndex);
      },
      async recover() {
        if (killedIndex !== undefined) ensemble.restart(killedIndex);
        await ensemble.ready();
      },
      close: () => ensemble.close(),
    };
  },
};
