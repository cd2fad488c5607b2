/**
 * A handler that throws, hangs, exhausts memory or ends its thread fails its own events, by name, and nobody else's: the
 * other keys of its pipeline and the other pipelines go on, and so does this thread.
 */

import type { DeadLetter } from '../../core/events/contracts.ts';
import type { EventInit } from '../../core/events/envelope.ts';
import { eventually } from '../support/eventually.ts';
import { type PipelinesUnderTest, startTestPipelines, testPlugin } from '../support/pipelines.ts';
import { assert, suite } from '../support/suite.ts';

const handling = suite('faults/plugin-handling', { timeoutMs: 60_000 });

const RETRY = { attempts: 2, delayMs: 5, maxDelayMs: 5 };

let running: PipelinesUnderTest | null = null;
handling.after.each(async () => {
  await running?.pipelines.close();
  running = null;
});

/** The pipeline with the faulty handler, and beside it one with a good handler that has nothing to do with it. */
async function start(handler: Readonly<Record<string, unknown>> = {}): Promise<PipelinesUnderTest> {
  running = await startTestPipelines({
    pipelines: [
      {
        name: 'faulty',
        topic: 'faulty',
        handler: { use: testPlugin('faulty-handler'), retry: RETRY, timeoutMs: 400, ...handler },
      },
      {
        name: 'neighbour',
        topic: 'neighbour',
        generator: { use: 'interval', options: { everyMs: 10 } },
        handler: { use: testPlugin('slow-handler'), options: { delayMs: 0 } },
      },
    ],
  });
  return running;
}

function order(what: string, key: string): EventInit {
  return { type: 'order', partitionkey: key, data: { do: what } };
}

/** Gives the bad order between good ones, and waits until all have met their fate. */
async function fateOf(what: string, { pipelines, znodes }: PipelinesUnderTest): Promise<DeadLetter> {
  await pipelines.publish('faulty', [order('ok', 'good'), order(what, 'bad'), order('ok', 'good'), order('ok', 'bad')]);
  await eventually(
    () => {
      const [faulty] = pipelines.status().pipelines;
      return faulty?.handled === 3 && faulty.deadLetters === 1 && faulty.inFlight === 0;
    },
    { withinMs: 40_000 },
  );
  assert.equal(znodes.json('/handled/faulty'), { good: 2, bad: 1 });
  const before = pipelines.status().pipelines[1]?.handled ?? 0;
  await eventually(() => (pipelines.status().pipelines[1]?.handled ?? 0) > before);
  assert.is(pipelines.status().pipelines[1]?.deadLetters, 0);
  const [letter] = pipelines.deadLetters('faulty');
  assert.ok(letter);
  assert.equal([letter.attempts, letter.cause.plugin], [2, 'faulty']);
  return letter;
}

handling('a handler that throws', async () => {
  const { cause } = await fateOf('throw', await start());
  assert.match(cause.message, /plugin faulty failed in handler .*: RangeError: told to throw/);
});

handling('a handler that throws, inline', async () => {
  const { cause } = await fateOf('throw', await start({ threads: 0 }));
  assert.match(cause.message, /told to throw/);
});

handling('a handler that hangs', async () => {
  const { cause } = await fateOf('hang', await start());
  assert.match(cause.message, /took longer than 400 ms; its thread was ended/);
});

handling('a handler that exhausts memory', async () => {
  const { cause } = await fateOf('eat', await start({ memoryMiB: 32, timeoutMs: 20_000 }));
  assert.match(cause.message, /used more than 32 MiB; its thread was ended/);
});

handling('a handler that ends its thread', async () => {
  const { cause } = await fateOf('exit', await start());
  assert.match(cause.message, /ended its own thread with exit code 7/);
});

handling('a handler that returns nonsense', async () => {
  const { cause } = await fateOf('nonsense', await start());
  assert.match(cause.message, /znodes\[0\]\.path: no path of a znode/);
});

handling('events of a key keep their order through a retry', async () => {
  const { pipelines, znodes } = await start({ retry: { ...RETRY, attempts: 1 } });
  await pipelines.publish('faulty', [
    { ...order('ok', 'k'), id: 'first' },
    { ...order('throw', 'k'), id: 'bad' },
    { ...order('ok', 'k'), id: 'last' },
  ]);
  await eventually(() => pipelines.status().pipelines[0]?.handled === 2);
  assert.is(znodes.text('/last/faulty'), 'last');
});

handling.run();
