// timeout: 240s
/**
 * The leader's thread is killed while clients write through every replica: a durable ensemble of three, real threads, real
 * disks, clients over TCP. What is claimed holds for every round; the time without an acknowledgement is printed only.
 */
import { connect, type ObservableClient } from '../../runtime/client/index.ts';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { eventually } from '../support/eventually.ts';
import { RecordedWriter } from '../support/recorded-writer.ts';
import { assert, suite } from '../support/suite.ts';
import { runThreadkeeper, startThreadkeeper } from '../support/threadkeeper-process.ts';
import { assertSameTrees } from '../support/tree-text.ts';

const ROUNDS = 4;
const REPLICAS = [1, 2, 3];

interface Attendee {
  readonly client: ObservableClient;
  readonly writer: RecordedWriter;
  readonly ephemeral: string;
  readonly states: string[];
}

const t = suite('faults/leader kill', { timeoutMs: 120_000 });
let started: TestEnsemble | null = null;

t.after.each(async () => {
  await started?.close();
  started = null;
});

async function attend(name: string, client: ObservableClient): Promise<Attendee> {
  const states: string[] = [];
  client.onState((state) => states.push(state));
  const ephemeral = await client.create(`/member-${name}`, name, { mode: 'ephemeral' });
  const writer = new RecordedWriter({ client, root: `/writer-${name}` });
  await writer.start();
  return { client, writer, ephemeral, states };
}

async function underLoad(ensemble: TestEnsemble): Promise<Attendee[]> {
  return Promise.all([
    // Lives on one replica only, so that it is the leader's own client whenever that one leads.
    ...REPLICAS.map((replica) => attend(`at-${replica}`, ensemble.client({ replica }))),
    attend('anywhere', ensemble.client()),
    attend('bus', ensemble.client({ carrier: 'bus' })),
  ]);
}

/** Every writer has had `count` more writes acknowledged. */
async function untilWritten(attendees: readonly Attendee[], count: number): Promise<void> {
  const goals = attendees.map(({ writer }) => ({ writer, goal: writer.acknowledged + count }));
  await eventually(() => goals.every(({ writer, goal }) => writer.acknowledged >= goal), { withinMs: 60_000 });
}

async function killRounds(ensemble: TestEnsemble, attendees: readonly Attendee[]): Promise<number[]> {
  const gaps: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    await untilWritten(attendees, 20);
    for (const { writer } of attendees) writer.resetGap();
    const killed = await ensemble.kill('leader');
    await untilWritten(attendees, 10);
    // Clients of other replicas keep their connections: theirs is the time that the ensemble itself took.
    const others = attendees.filter((_, index) => index + 1 !== killed);
    gaps.push(Math.min(...others.map(({ writer }) => writer.gapMsMax)));
    await ensemble.settled();
  }
  return gaps;
}

for (const inMemory of [false, true]) {
  const kind = inMemory ? 'in-memory' : 'durable';

  t(`${kind}: no acknowledged write is lost or doubled, no session or ephemeral ends, all replicas agree`, async () => {
    const ensemble = await startTestEnsemble({ inMemory });
    started = ensemble;
    const attendees = await underLoad(ensemble);
    const sessions = attendees.map(({ client }) => client.sessionId);

    const gaps = await killRounds(ensemble, attendees);

    await Promise.all(attendees.map(({ writer }) => writer.stop()));
    const reader = ensemble.client();
    await reader.sync('/');
    for (const { writer } of attendees) await writer.check(reader);
    for (const [index, { client, ephemeral, states }] of attendees.entries()) {
      assert.equal(client.sessionId, sessions[index]);
      assert.not(states.includes('lost'), `${ephemeral}: ${states}`);
      const stat = await reader.exists(ephemeral);
      assert.equal(stat?.ephemeralOwner, client.sessionId, `${ephemeral} has gone`);
    }
    await assertSameTrees(ensemble.servers);
    const writes = attendees.reduce((sum, { writer }) => sum + writer.acknowledged, 0);
    console.log(`    ${kind}: ${writes} writes; ms without an acknowledgement after each kill: ${gaps.join(', ')}`);
  });
}

t('all three threads killed at once: the ensemble comes back by itself, with every acknowledged write', async () => {
  const ensemble = await startTestEnsemble({ inMemory: false });
  started = ensemble;
  const attendees = await underLoad(ensemble);
  for (let round = 1; round <= 2; round++) {
    await untilWritten(attendees, 20);
    await Promise.all(REPLICAS.map((replica) => ensemble.kill(replica)));
    await ensemble.settled();
    await untilWritten(attendees, 20);
  }
  await Promise.all(attendees.map(({ writer }) => writer.stop()));
  const reader = ensemble.client();
  for (const { writer, ephemeral, states } of attendees) {
    await writer.check(reader);
    assert.ok(await reader.exists(ephemeral));
    assert.not(states.includes('lost'), `${ephemeral}: ${states}`);
  }
  await assertSameTrees(ensemble.servers);
});

t('in memory, two of three killed at once: nobody can know what was acknowledged, and that is said', async () => {
  const lines: string[] = [];
  const ensemble = await startTestEnsemble({ log: (_level, message) => lines.push(message) });
  started = ensemble;
  await ensemble.client().create('/acknowledged');
  await Promise.all([ensemble.kill(1), ensemble.kill(2)]);
  const told = 'of 3 replicas 1, 2 lost acknowledged writes, and no majority is left that has all';
  await eventually(() => lines.some((line) => line.startsWith(told)), { withinMs: 20_000 });
});

t('`threadkeeper debug kill leader` does the same to a running process, and a client hardly notices', async () => {
  const env = { THREADKEEPER_CLIENT_PORT: '0' };
  const threadkeeper = await startThreadkeeper(['--no-pipelines', '--in-memory'], { env });
  const client = connect(threadkeeper.connectString);
  try {
    const writer = new RecordedWriter({ client, root: '/writer' });
    await writer.start();
    const { exitCode, stdout, stderr } = await runThreadkeeper([
      'debug',
      'kill',
      'leader',
      '--client-port',
      String(threadkeeper.clientPorts[0]),
    ]);
    assert.is(exitCode, 0, stderr);
    assert.match(stdout, /^killed replica [123]$/m);
    const goal = writer.acknowledged + 20;
    await eventually(() => writer.acknowledged > goal, { withinMs: 20_000 });
    await writer.stop();
    await writer.check(client);
    assert.is(client.state === 'lost', false);
  } finally {
    await client.close();
    await threadkeeper.signal('SIGTERM');
  }
});

t.run();
