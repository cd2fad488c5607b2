/**
 * Starts what a run compares: Apache ZooKeeper, and ensembles of ours with one replica and with three, all told the same by
 * their configuration.
 */
import { startTestEnsemble, type TestEnsemble } from '../../../runtime/testing.ts';
import { startApacheZooKeeper } from '../../support/apache-zookeeper.ts';
import type { Sides } from './compare.ts';
import { Coverage } from './coverage.ts';
import type { Dialect } from './dialect.ts';
import { skipsZxidFor } from './known-differences.ts';

export interface SidesOptions {
  /** Another version than Debian's: the class path of an Apache ZooKeeper 3.9 with all that it needs. */
  readonly classPath?: string | undefined;
}

export interface RunningSides extends Sides {
  stop(): Promise<void>;
}

const MIN_SESSION_TIMEOUT_MS = 20_000;
const MAX_SESSION_TIMEOUT_MS = 60_000;
/** Nothing is removed by time while sequences run: the sides would not do it at the same moment. */
const NEVER_MS = 2_000_000_000;
/** super:secret */
const SUPER_DIGEST = 'super:lK75jTNcA+U9vtVEw5vB51mj/w4=';

export async function startSides({ classPath }: SidesOptions = {}): Promise<RunningSides> {
  const dialect: Dialect = classPath === undefined ? '3.8' : '3.9';
  const apache = await startApacheZooKeeper({
    config: {
      // Nothing here is about the disk.
      forceSync: 'no',
      extendedTypesEnabled: 'true',
      enforceQuota: 'true',
      'DigestAuthenticationProvider.superDigest': SUPER_DIGEST,
      minSessionTimeout: MIN_SESSION_TIMEOUT_MS,
      maxSessionTimeout: MAX_SESSION_TIMEOUT_MS,
    },
    systemProperties: { 'znode.container.checkIntervalMs': NEVER_MS },
    ...(classPath === undefined ? {} : { classPath }),
  });
  const ensembles: TestEnsemble[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all([apache.stop(), ...ensembles.map((ensemble) => ensemble.close())]);
  };
  try {
    for (const replicas of [1, 3]) ensembles.push(await startOurs(replicas));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    dialect,
    coverage: new Coverage(),
    apache: {
      name: 'Apache',
      ports: apache.servers.map(({ clientPort }) => clientPort),
      skipsZxidFor: (request) => skipsZxidFor(request, dialect),
      logsMoves: false,
    },
    ours: ensembles.map(({ servers }) => ({
      name: servers.length === 1 ? 'one replica of ours' : `${servers.length} replicas of ours`,
      ports: servers.map((server) => Number(server.split(':')[1])),
      skipsZxidFor: () => false,
      logsMoves: servers.length > 1,
    })),
    stop,
  };
}

function startOurs(replicas: number): Promise<TestEnsemble> {
  return startTestEnsemble({
    replicas,
    // A replica that goes down says why.
    log: (level, text) => process.stderr.write(`${level} ${text}\n`),
    minSessionTimeoutMs: MIN_SESSION_TIMEOUT_MS,
    maxSessionTimeoutMs: MAX_SESSION_TIMEOUT_MS,
    extendedTypes: true,
    enforceQuota: true,
    superDigest: SUPER_DIGEST,
    containerCheckIntervalMs: NEVER_MS,
  });
}
