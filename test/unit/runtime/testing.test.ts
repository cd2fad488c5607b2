import { existsSync } from 'node:fs';
import { ConfigError } from '../../../core/errors.ts';
import { startTestEnsemble, type TestEnsemble, type TestEnsembleOptions } from '../../../runtime/testing.ts';
import { eventually } from '../../support/eventually.ts';
import { assert, suite } from '../../support/suite.ts';
import { makeTemporaryDirectory } from '../../support/temporary-directory.ts';

const t = suite('runtime/testing', { timeoutMs: 30_000 });
let started: TestEnsemble[] = [];

t.after.each(async () => {
  await Promise.all(started.map((ensemble) => ensemble.close()));
  started = [];
});

async function start(options: TestEnsembleOptions = {}): Promise<TestEnsemble> {
  const ensemble = await startTestEnsemble(options);
  started.push(ensemble);
  return ensemble;
}

t('without options three replicas serve from memory, each on a port of its own', async () => {
  const ensemble = await start();
  assert.is(new Set(ensemble.servers).size, 3);
  const replicas = await ensemble.inspect();
  assert.is(replicas.filter(({ role }) => role.state === 'leading').length, 1);
  assert.is(replicas.filter(({ role }) => role.state === 'following').length, 2);
});

t('two ensembles live side by side', async () => {
  const [one, two] = await Promise.all([start({ replicas: 1 }), start({ replicas: 1 })]);
  await one.client().create('/only-in-one');
  assert.is(await two.client().exists('/only-in-one'), null);
});

t('clients over TCP, to one replica, and over the bus see the same tree', async () => {
  const ensemble = await start();
  await ensemble.client({ carrier: 'bus' }).create('/shared', 'value');
  const single = ensemble.client({ replica: 2 });
  await single.sync('/');
  assert.is(Buffer.from((await single.getData('/shared')).data ?? []).toString(), 'value');
  assert.is(single.server, ensemble.servers[1]);
});

t('the session and the ephemerals of a client outlive the leader that it is connected to', async () => {
  const ensemble = await start();
  assert.ok(ensemble.leader);
  const client = ensemble.client({ replica: ensemble.leader });
  await client.create('/leader', 'me', { mode: 'ephemeral' });
  const { sessionId } = client;
  await ensemble.kill('leader');
  await ensemble.settled();
  assert.ok(await eventually(() => client.exists('/leader')));
  assert.equal(client.sessionId, sessionId);
});

t('a killed replica comes back by itself, on the same port', async () => {
  const ensemble = await start();
  const killed = await ensemble.kill(2);
  assert.is(killed, 2);
  assert.not(ensemble.state.replicas[1]?.isAlive);
  await ensemble.settled();
  const client = ensemble.client({ replica: 2 });
  await client.create('/after');
  assert.is(client.server, ensemble.servers[1]);
});

t('a temporary data directory goes with the ensemble', async () => {
  const ensemble = await start({ replicas: 1, inMemory: false });
  assert.ok(existsSync(ensemble.dataDir));
  await ensemble.close();
  assert.not(existsSync(ensemble.dataDir));
});

t('a data directory that was named stays, and is found again', async () => {
  const directory = makeTemporaryDirectory('testing-door');
  try {
    const first = await start({ inMemory: false, dataDir: directory.path });
    await first.client().create('/kept', 'yes');
    await first.close();
    const second = await start({ inMemory: false, dataDir: directory.path });
    assert.ok(await second.client().exists('/kept'));
    await second.close();
  } finally {
    directory.remove();
  }
});

t('closing twice is closing once, and ends the clients that were given out', async () => {
  const ensemble = await start({ replicas: 1 });
  const client = ensemble.client();
  await client.connected();
  await Promise.all([ensemble.close(), ensemble.close()]);
  assert.is(client.state, 'closed');
});

t('a wrong value is refused by its key', async () => {
  const error = await assert.rejects(start({ replicas: 0 }), ConfigError);
  assert.equal(
    error.problems.map(({ key }) => key),
    ['ensemble.replicas'],
  );
});

t.run();
