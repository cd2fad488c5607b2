/** Apache ZooKeeper as the other side: three servers of Debian's package, forced sync, 512 MB heaps, tickTime 2000. */

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { launchApacheZooKeeper } from '../../support/apache-zookeeper.ts';
import type { RunningSide, Side } from '../sides/side.ts';

const SERVERS = 3;

export const apacheZooKeeper: Side = {
  name: 'Apache ZooKeeper',
  async launch(parent): Promise<RunningSide> {
    const directory = mkdtempSync(join(parent, 'apache-zookeeper-'));
    const dataDirs = Array.from({ length: SERVERS }, (_, index) => join(directory, `data-${index + 1}`));
    const launchedAtMs = performance.now();
    const ensemble = await launchApacheZooKeeper({ serverCount: SERVERS, heapMiB: 512, tickTimeMs: 2000, dataDirs });
    let killedIndex: number | undefined;
    const leaderIndex = async () => {
      const modes = await Promise.all(ensemble.servers.map((_, index) => ensemble.mode(index)));
      const index = modes.indexOf('leader');
      return index < 0 ? undefined : index;
    };
    return {
      launchedAtMs,
      servers: ensemble.servers.map((server) => `127.0.0.1:${server.clientPort}`),
      pids: () => ensemble.servers.flatMap((server) => server.pid ?? []),
      ready: () => ensemble.ready(),
      leaderIndex,
      async killLeader() {
        killedIndex = await leaderIndex();
        if (killedIndex === undefined) throw new Error('Apache ZooKeeper has no leader to kill');
        await ensemble.kill9(killedIndex);
      },
      async recover() {
        if (killedIndex !== undefined) await ensemble.restart(killedIndex);
        await ensemble.ready();
      },
      async close() {
        await ensemble.stop();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
};
