// timeout: 300s
/** Our client against three servers of Apache ZooKeeper, which die one after the other. */

import { startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { clientFailoverSuite } from '../support/client-suite.ts';

clientFailoverSuite('interop/client against Apache ZooKeeper, three servers', async () => {
  const ensemble = await startApacheZooKeeper({ serverCount: 3, tickTimeMs: 1000 });
  return {
    connectString: ensemble.connectString,
    kill: (index) => ensemble.kill9(index),
    restart: (index) => ensemble.restart(index),
    stop: () => ensemble.stop(),
  };
});
