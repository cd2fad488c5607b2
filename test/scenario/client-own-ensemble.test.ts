/** Our client against our own ensemble: the claims that it also meets against Apache ZooKeeper. */

import { startTestEnsemble } from '../../runtime/testing.ts';
import { clientFailoverSuite, clientSuite, type MortalServers } from '../support/client-suite.ts';

/** As with the other servers: short enough to wait for, long enough for a busy machine. */
const SESSION_TIMEOUT_MS = 6000;

async function startEnsemble(): Promise<MortalServers> {
  const ensemble = await startTestEnsemble({ inMemory: false, minSessionTimeoutMs: SESSION_TIMEOUT_MS });
  return {
    connectString: ensemble.connectString,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    kill: async (index) => {
      await ensemble.kill(index + 1);
    },
    // A new thread takes the place of the old one by itself.
    restart: () => ensemble.settled(),
    stop: () => ensemble.close(),
  };
}

clientSuite('scenario/client and three replicas', startEnsemble);
clientFailoverSuite('scenario/client and three replicas that die', startEnsemble);
