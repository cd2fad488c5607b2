// timeout: 300s
/** Our client against one server of Apache ZooKeeper. */

import { startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { clientOperationSuite, clientSuite } from '../support/client-suite.ts';

const start = () => startApacheZooKeeper({ tickTimeMs: 1000 });

clientSuite('interop/client against Apache ZooKeeper, standalone', start);
clientOperationSuite('interop/client against Apache ZooKeeper, standalone, further operations', start);
