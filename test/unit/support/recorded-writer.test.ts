/** The writer's books must notice what they are kept for; a check that always passes would prove nothing. */
import { startTestEnsemble, type TestEnsemble } from '../../../runtime/testing.ts';
import { eventually } from '../../support/eventually.ts';
import { RecordedWriter } from '../../support/recorded-writer.ts';
import { assert, suite } from '../../support/suite.ts';

const t = suite('support/recorded writer', { timeoutMs: 30_000 });
let ensemble: TestEnsemble | null = null;

t.after.each(async () => {
  await ensemble?.close();
  ensemble = null;
});

async function written() {
  ensemble = await startTestEnsemble({ replicas: 1 });
  const client = ensemble.client();
  const writer = new RecordedWriter({ client, root: '/writer', lanes: 1 });
  await writer.start();
  await eventually(() => writer.acknowledged >= 6);
  await writer.stop();
  return { client, writer };
}

t('the books agree with an untouched tree', async () => {
  const { client, writer } = await written();
  await writer.check(client);
});

t('a lost create is noticed', async () => {
  const { client, writer } = await written();
  const { children } = await client.getChildren('/writer/queue-0');
  await client.delete(`/writer/queue-0/${children[0]}`);
  await assert.rejects(writer.check(client), /is lost/);
});

t('a create that happened twice is noticed', async () => {
  const { client, writer } = await written();
  await client.create('/writer/queue-0/n-', '0', { mode: 'persistentSequential' });
  await assert.rejects(writer.check(client), /duplicate/);
});

t('a lost setData is noticed', async () => {
  const { client, writer } = await written();
  await client.setData('/writer/counter-0', '0');
  await assert.rejects(writer.check(client), /was acknowledged last/);
});

t('a setData that happened twice is noticed', async () => {
  const { client, writer } = await written();
  await client.setData('/writer/counter-0', (await client.getData('/writer/counter-0')).data);
  await assert.rejects(writer.check(client), /was set \d+ times/);
});

t.run();
