// timeout: 300s
/**
 * Directories as the worst moments leave them, and as unusual settings lay them out: Apache ZooKeeper starts from ours, and
 * we from theirs.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toEpoch } from '../../core/zxid.ts';
import { connect } from '../../runtime/client/index.ts';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type ApacheEnsemble, startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { ReplicaDirectory, TestReplica } from '../support/storage.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.ts';
import { readDirectory } from '../support/tree-dump.ts';

const t = suite('interop/unclean directories', { timeoutMs: 120_000 });
let root: TemporaryDirectory;
let apache: ApacheEnsemble | null = null;
let ours: TestEnsemble | null = null;

t.before.each(() => {
  root = makeTemporaryDirectory('unclean');
});
t.after.each(async () => {
  await Promise.all([apache?.stop(), ours?.close()]);
  apache = ours = null;
  root.remove();
});

async function has(connectString: string, path: string): Promise<boolean> {
  const client = connect(connectString);
  const stat = await client.exists(path);
  await client.close();
  return stat !== null;
}

// Killed between a new leader's proposals and the epoch that they belong to, while a log and a snapshot were being made.
t(
  'an ensemble of Apache ZooKeeper starts from a log that is newer than the epoch, beside unfinished files',
  async () => {
    const directory = new ReplicaDirectory();
    const replica = new TestReplica(directory);
    replica.storage.saveAcceptedEpoch(toEpoch(1));
    replica.storage.saveCurrentEpoch(toEpoch(1));
    await replica.log(0x100000001, 0x100000010);
    replica.storage.saveAcceptedEpoch(toEpoch(2));
    await replica.log(0x200000001, 0x200000005);
    await replica.storage.close();
    writeFileSync(directory.file('tmp.log'), 'ZKL');
    writeFileSync(directory.file('snapshot.100000010.tmp'), Buffer.from('5a4b534e00000002', 'hex'));
    const dataDirs = [directory.path, join(root.path, '2'), join(root.path, '3')];
    apache = await startApacheZooKeeper({ serverCount: 3, dataDirs });
    assert.ok(await has(apache.connectString, `/n${0x200000005}`));
    await apache.stop();
    directory.remove();
  },
);

t('logs in a directory of their own, ours and theirs', async () => {
  const [dataDir, dataLogDir] = [join(root.path, 'data'), join(root.path, 'logs')];
  ours = await startTestEnsemble({ replicas: 1, inMemory: false, dataDir, dataLogDir });
  await ours.client().create('/ours');
  await ours.close();
  assert.ok(readdirSync(join(dataLogDir, 'version-2')).every((name) => name.startsWith('log.')));
  assert.not(readdirSync(join(dataDir, 'version-2')).some((name) => name.startsWith('log.')));

  apache = await startApacheZooKeeper({ dataDirs: [dataDir], config: { dataLogDir } });
  assert.ok(await has(apache.connectString, '/ours'));
  const theirs = connect(apache.connectString);
  await theirs.create('/theirs');
  await theirs.close();
  await apache.stop();
  assert.is(readDirectory({ replicaPath: dataDir, logPath: dataLogDir }).mismatch, null);

  ours = await startTestEnsemble({ replicas: 1, inMemory: false, dataDir, dataLogDir });
  assert.ok(await has(ours.connectString, '/theirs'));
  await ours.close();
  // Whoever forgets to say where the logs are is told, before anything is lost.
  await assert.rejects(startTestEnsemble({ replicas: 1, inMemory: false, dataDir: dataLogDir, dataLogDir: dataDir }));
});

t('logs without a snapshot: refused by both, and started from by both where they are trusted', async () => {
  const dataDir = join(root.path, 'data');
  ours = await startTestEnsemble({ replicas: 1, inMemory: false, dataDir });
  await ours.client().create('/logged');
  await ours.close();
  for (const name of readdirSync(join(dataDir, 'version-2'))) {
    if (name.startsWith('snapshot')) rmSync(join(dataDir, 'version-2', name));
  }
  await assert.rejects(startTestEnsemble({ replicas: 1, inMemory: false, dataDir }));
  apache = await startApacheZooKeeper({ dataDirs: [dataDir], config: { 'snapshot.trust.empty': 'true' } });
  assert.ok(await has(apache.connectString, '/logged'));
  await apache.stop();
  for (const name of readdirSync(join(dataDir, 'version-2'))) {
    if (name.startsWith('snapshot')) rmSync(join(dataDir, 'version-2', name));
  }
  ours = await startTestEnsemble({ replicas: 1, inMemory: false, dataDir, snapshotTrustEmpty: true });
  assert.ok(await has(ours.connectString, '/logged'));
});

t('an empty newest log and a cut one of Apache ZooKeeper: we start from what is whole', async () => {
  const dataDir = join(root.path, 'data');
  apache = await startApacheZooKeeper({ dataDirs: [dataDir] });
  const theirs = connect(apache.connectString);
  for (let index = 0; index < 20; index++) await theirs.create(`/n${index}`);
  await theirs.close();
  await apache.kill9(0);
  await apache.stop();
  const { lastZxid } = readDirectory(dataDir);
  writeFileSync(join(dataDir, 'version-2', `log.${(lastZxid + 1).toString(16)}`), '');
  mkdirSync(join(dataDir, 'elsewhere'));
  ours = await startTestEnsemble({ replicas: 1, inMemory: false, dataDir });
  assert.ok(await has(ours.connectString, '/n19'));
});

t.run();
