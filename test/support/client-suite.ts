/**
 * What a client of ours may rely on, whatever stands at the other end: the same claims are checked against Apache
 * ZooKeeper and against our own ensemble. Each function takes a way to start servers, registers the tests and runs them.
 */

import { addAccessTests } from './client-suite/access.ts';
import { addBulkTests } from './client-suite/bulk.ts';
import { addFailoverTests } from './client-suite/failover.ts';
import { addLastingWatchTests } from './client-suite/lasting-watches.ts';
import { addOperationTests } from './client-suite/operations.ts';
import { type MortalServers, type SuiteServers, settle } from './client-suite/place.ts';
import { addSessionTests } from './client-suite/sessions.ts';
import { addWatchTests } from './client-suite/watches.ts';
import { suite } from './suite.ts';

export type { MortalServers, SuiteServers } from './client-suite/place.ts';

const TEST_MS_MAX = 90_000;

/** Against one server, or an ensemble that stays whole. */
export function clientSuite(name: string, startServers: () => Promise<SuiteServers>): void {
  const t = suite(name, { timeoutMs: TEST_MS_MAX });
  const add = settle(t, startServers);
  addOperationTests(add);
  addWatchTests(add);
  addSessionTests(add);
  addBulkTests(add);
  addAccessTests(add);
  addLastingWatchTests(add);
  t.run();
}

/** Against an ensemble whose servers are ended and started again, one at a time. */
export function clientFailoverSuite(name: string, startServers: () => Promise<MortalServers>): void {
  const t = suite(name, { timeoutMs: TEST_MS_MAX });
  addFailoverTests(settle(t, startServers));
  t.run();
}
