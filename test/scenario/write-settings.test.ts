/** The settings about writes reach the replicas of a real ensemble: off they refuse, on they work. */
import type { ObservableClient } from '../../runtime/client/index.ts';
import { startTestEnsemble, type TestEnsemble, type TestEnsembleOptions } from '../../runtime/testing.ts';
import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';

const settings = suite('scenario/write settings', { timeoutMs: 60_000 });

const READ_ONLY = [{ perms: 1, scheme: 'world', id: 'anyone' }];
const NEVER_MS = 1_000_000_000;

async function withEnsemble(
  options: TestEnsembleOptions,
  body: (client: ObservableClient, ensemble: TestEnsemble) => Promise<void>,
): Promise<void> {
  const ensemble = await startTestEnsemble(options);
  try {
    await body(ensemble.client(), ensemble);
  } finally {
    await ensemble.close();
  }
}

function rejectsWith(promise: Promise<unknown>, code: string): Promise<unknown> {
  return assert.rejects(promise, (error: unknown) => error instanceof Error && 'code' in error && error.code === code);
}

async function setQuota(client: ObservableClient, limits: string): Promise<void> {
  await client.create('/q');
  await client.create('/zookeeper/quota/q');
  await client.create('/zookeeper/quota/q/zookeeper_limits', limits);
  await client.create('/zookeeper/quota/q/zookeeper_stats');
}

settings('by default there are no TTL znodes, quotas warn, ACLs are asked, and reconfig is switched off', async () => {
  await withEnsemble({ replicas: 1 }, async (client) => {
    await rejectsWith(client.create('/t', null, { mode: 'persistentWithTtl', ttlMs: 1 }), 'UNIMPLEMENTED');
    await setQuota(client, 'count=-1,bytes=-1=;countHardLimit=1');
    await client.create('/q/beyond');
    await client.create('/read-only', null, { acl: READ_ONLY });
    await rejectsWith(client.setData('/read-only', 'x'), 'NO_AUTH');
    await rejectsWith(client.reconfig({ leaving: [3] }), 'RECONFIG_DISABLED');
  });
});

settings('switched on, TTL znodes and containers come and go, hard quotas refuse, and reconfig is judged', async () => {
  const options = { extendedTypes: true, containerCheckIntervalMs: 50, enforceQuota: true, reconfigEnabled: true };
  await withEnsemble(options, async (client, { servers }) => {
    await client.create('/t', null, { mode: 'persistentWithTtl', ttlMs: 10 });
    await client.create('/unused', null, { mode: 'container' });
    await client.create('/c', null, { mode: 'container' });
    await client.create('/c/child');
    await client.delete('/c/child');
    for (const path of ['/c', '/t']) await eventually(async () => (await client.exists(path)) === null);
    assert.ok(await client.exists('/unused'));
    await setQuota(client, 'count=-1,bytes=-1=;countHardLimit=1');
    await rejectsWith(client.create('/q/beyond'), 'QUOTA_EXCEEDED');
    await rejectsWith(client.reconfig({ leaving: [3] }), 'NO_AUTH');
    const { data } = await client.getData('/zookeeper/config');
    const lines = servers.map((server, index) => {
      return `server.${index + 1}=127.0.0.1:${2888 + index}:${3888 + index}:participant;${server}`;
    });
    assert.is(Buffer.from(data ?? []).toString(), [...lines, 'version=0'].join('\n'));
  });
});

settings('how fast, and whether unused containers go at all, is set', async () => {
  const slow = { containerCheckIntervalMs: 50, containerMaxPerMinute: 1, containerMaxNeverUsedMs: 100 };
  await withEnsemble({ replicas: 1, ...slow }, async (client) => {
    for (const name of ['a', 'b', 'c']) await client.create(`/${name}`, null, { mode: 'container' });
    const left = async (): Promise<number> => (await client.getChildren('/')).children.length - 1;
    await eventually(async () => (await left()) < 3);
    assert.is(await left(), 2, 'one a minute');
  });
});

settings('with skipAcl everybody may do everything, with eagerAclCheck a replica refuses by itself', async () => {
  await withEnsemble({ replicas: 1, skipAcl: true }, async (client) => {
    await client.create('/read-only', null, { acl: READ_ONLY });
    await client.setData('/read-only', 'x');
  });
  const eager = { eagerAclCheck: true, containerCheckIntervalMs: NEVER_MS };
  await withEnsemble(eager, async (client, ensemble) => {
    await client.create('/read-only', null, { acl: READ_ONLY });
    await client.sync('/');
    const zxids = async (): Promise<string[]> => (await ensemble.inspect()).map(({ zxid }) => zxid);
    const before = await zxids();
    await rejectsWith(client.setData('/read-only', 'x'), 'NO_AUTH');
    assert.equal(await zxids(), before);
  });
});

settings.run();
