// timeout: 300s
/** Our client against one server of Apache ZooKeeper. */

import { startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { clientSuite } from '../support/client-suite.ts';

clientSuite('interop/client against Apache ZooKeeper, standalone', () => startApacheZooKeeper({ tickTimeMs: 1000 }));
