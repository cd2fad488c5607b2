// timeout: 240s
/**
 * A plugin that throws, hangs, exhausts memory or ends its thread, in a real process with a real ensemble: its failure is
 * told by its name, other keys and pipelines flow, and a client that writes all the while notices nothing.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type ObservableClient } from '../../runtime/client/index.ts';
import { eventually } from '../support/eventually.ts';
import { testPlugin } from '../support/pipelines.ts';
import { RecordedWriter } from '../support/recorded-writer.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { runThreadkeeper, startThreadkeeper, type ThreadkeeperProcess } from '../support/threadkeeper-process.ts';

const t = suite('faults/bad plugin', { timeoutMs: 90_000 });
const directory = makeTemporaryDirectory('bad-plugin');
const PATIENCE = { withinMs: 60_000, everyMs: 50 };
let running: ThreadkeeperProcess | null = null;
let client: ObservableClient | null = null;

t.after.each(async () => {
  await client?.close();
  client = null;
  await running?.kill9();
  running = null;
});
t.after(() => directory.remove());

interface Step {
  readonly plugins?: readonly unknown[];
  readonly handler?: Readonly<Record<string, unknown>>;
}

/** Ten good events of ten keys, one that misbehaves, a good one of the same key, and ten good ones again. */
function writeOrders(bad: string): void {
  const row = (key: string, what: string) => ({ key, do: what });
  const good = Array.from({ length: 10 }, (_, index) => row(`good-${index}`, 'ok'));
  const rows = [...good, row('bad', bad), row('bad', 'ok'), ...good];
  const lines = rows.map((fields, index) => JSON.stringify({ time: 1000 + index, ...fields }));
  writeFileSync(join(directory.path, 'orders.ndjson'), lines.join('\n'));
}

function writeConfig({ plugins = [], handler = {} }: Step): string {
  const file = join(directory.path, 'config.json');
  const retry = { attempts: 2, delayMs: 5, maxDelayMs: 5 };
  const generator = { use: 'replay', options: { file: 'orders.ndjson', type: 'order', key: 'key' } };
  const faulty = { use: testPlugin('faulty-handler'), retry, memoryMiB: 32, ...handler };
  const config = {
    ensemble: { inMemory: true, clientPort: 0 },
    plugins,
    pipelines: [
      { name: 'orders', topic: 'orders', generator, handler: faulty },
      {
        name: 'neighbour',
        topic: 'ticks',
        generator: { use: 'interval', options: { everyMs: 20 } },
        handler: { use: testPlugin('slow-handler'), options: { delayMs: 0 } },
      },
    ],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function readJson(reader: ObservableClient, path: string): Promise<Record<string, number>> {
  return JSON.parse(Buffer.from((await reader.getData(path)).data ?? []).toString());
}

/** @throws EnsembleError before the neighbour has handled its first event */
async function ticksHandled(reader: ObservableClient): Promise<number> {
  return (await readJson(reader, '/slow/neighbour')).count ?? 0;
}

const EXPECTED = { bad: 1, ...Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`good-${index}`, 2])) };

for (const { what, bad, cause, threads, ...limits } of [
  { what: 'throws', bad: 'throw', cause: /RangeError: told to throw/, threads: 1 },
  { what: 'throws on the main thread', bad: 'throw', cause: /RangeError: told to throw/, threads: 0 },
  { what: 'hangs', bad: 'hang', cause: /took longer than 1000 ms; its thread was ended/, threads: 1, timeoutMs: 1000 },
  { what: 'exhausts its memory', bad: 'eat', cause: /used more than 32 MiB/, threads: 1 },
  { what: 'ends its thread', bad: 'exit', cause: /exit/, threads: 1 },
  { what: 'returns nonsense', bad: 'nonsense', cause: /no-slash/, threads: 1 },
]) {
  t(`a handler that ${what}: one dead letter by name, all other events handled, clients undisturbed`, async () => {
    writeOrders(bad);
    const threadkeeper = await startThreadkeeper([writeConfig({ handler: { threads, ...limits } })], {
      cwd: directory.path,
    });
    running = threadkeeper;
    const writing = connect(threadkeeper.connectString);
    client = writing;
    await writing.connected();
    const states: string[] = [];
    writing.onState((state) => states.push(state));
    const writer = new RecordedWriter({ client: writing, root: '/writer', lanes: 1, pauseMs: 5 });
    await writer.start();

    const told = /orders: dead letter 1: plugin faulty failed in handler .*/;
    const line = await eventually(() => told.exec(threadkeeper.stderr), PATIENCE);
    assert.match(String(line), cause);
    await eventually(async () => {
      assert.equal(await readJson(writing, '/handled/orders'), EXPECTED);
      return true;
    }, PATIENCE);
    const before = await eventually(() => ticksHandled(writing), PATIENCE);
    await eventually(async () => (await ticksHandled(writing)) > before + 3, PATIENCE);
    await writer.stop();
    await writer.check(writing);
    assert.equal([states, writer.unanswered], [[], 0]);
    await writing.close();
    assert.is(await threadkeeper.signal('SIGTERM'), 0, threadkeeper.stderr);
    running = null;
  });
}

for (const [what, use, told] of [
  ['is not there', './nowhere.js', 'plugin ./nowhere.js failed in load'],
  [
    'is no plugin',
    testPlugin('no-plugin'),
    /plugin .*no-plugin\.js failed in load: .*expected \{ name, apply\(host\) \}/,
  ],
  ['throws in apply', testPlugin('throws-on-apply'), 'plugin throws-on-apply failed in apply: apply went wrong'],
] as const) {
  t(`a plugin that ${what}: exit code 4, by name and hook`, async () => {
    writeOrders('ok');
    const { exitCode, stderr } = await runThreadkeeper(['start', writeConfig({ plugins: [use] })], {
      cwd: directory.path,
    });
    assert.is(exitCode, 4, stderr);
    assert.match(stderr, told);
  });
}

t.run();
