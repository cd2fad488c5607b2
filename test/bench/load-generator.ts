/**
 * The load generator: one process, frames by hand, no client library. Sets up its znodes, keeps every connection's
 * requests outstanding for the time asked, and prints one line of JSON (LoadResult) on stdout.
 * On stderr it says `measuring` and `measured`, so that whoever started it can take the servers' CPU over the same span,
 * or kill a server inside it.
 *
 *     node load-generator.js --servers host:port,… --work read|set|create|mixed|fill [--connections 1] [--outstanding 1]
 *          [--size 100] [--seconds 5] [--warmup 2] [--rate R] [--count 100000 (fill)]
 *
 * With --rate the requests come at that many a second over all connections, and `outstanding` is only their bound.
 */

import { parseArgs } from 'node:util';
import { FrameRing } from './load/frame-ring.ts';
import { LoadMeter } from './load/load-meter.ts';
import { pace } from './load/pace.ts';
import { type AckSink, PipelinedConnection } from './load/pipelined-connection.ts';
import type { Address } from './load/session-link.ts';
import { fillFrames, ringFor, setupFrames, WORKS, type Work } from './load/workload.ts';

const NODE_EXISTS = -110;
const BULK_BATCH = 1_000;
const OPEN_TIMEOUT_MS = 60_000;
/** What is outstanding when the time is up gets this long to be answered; a server that lost a request shows here. */
const DRAIN_TIMEOUT_MS = 30_000;

const { values } = parseArgs({
  options: {
    servers: { type: 'string' },
    work: { type: 'string' },
    connections: { type: 'string', default: '1' },
    outstanding: { type: 'string', default: '1' },
    size: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '5' },
    warmup: { type: 'string', default: '2' },
    rate: { type: 'string' },
    count: { type: 'string', default: '100000' },
  },
});

const servers = parseServers(values.servers ?? '');
const work = parseWork(values.work ?? '');
const size = Number(values.size);
const meter = new LoadMeter();
const failOnError: AckSink = {
  onAcksArrived() {},
  onReconnect() {},
  onAck(_latencyMs, err) {
    if (err !== 0 && err !== NODE_EXISTS) throw new Error(`setting up the znodes failed with error ${err}`);
  },
};

if (work === 'fill') await measured(() => sendAll(fillFrames(Number(values.count), size), meter));
else await loadFor(work);
process.stdout.write(`${JSON.stringify(meter.result())}\n`);
process.exit(0);

async function loadFor(kind: Exclude<Work, 'fill'>): Promise<void> {
  await sendAll(setupFrames(size), failOnError);
  const depth = Number(values.outstanding);
  const connections = Array.from(
    { length: Number(values.connections) },
    (_, index) => new PipelinedConnection({ servers, firstServer: index, sink: meter }),
  );
  await within(OPEN_TIMEOUT_MS, 'every session', Promise.all(connections.map((connection) => connection.open())));
  const keepAlive = setInterval(() => {
    const nowMs = performance.now();
    for (const connection of connections) connection.keepAlive(nowMs);
  }, 1_000);
  connections.forEach((connection, index) => {
    connection.begin(ringFor(kind, index, depth, size), depth);
    if (values.rate === undefined) connection.allow(Number.POSITIVE_INFINITY);
  });
  const stopPace = values.rate === undefined ? () => {} : pace(connections, Number(values.rate));
  await passed(Number(values.warmup) * 1000);
  await measured(() => passed(Number(values.seconds) * 1000));
  stopPace();
  for (const connection of connections) connection.stop();
  const drained = Promise.all(connections.map((connection) => connection.drained()));
  await within(DRAIN_TIMEOUT_MS, 'an answer to every request', drained);
  clearInterval(keepAlive);
  await Promise.all(connections.map((connection) => connection.close()));
}

async function measured(span: () => Promise<void>): Promise<void> {
  process.stderr.write('measuring\n');
  meter.begin(performance.now());
  await span();
  meter.end(performance.now());
  process.stderr.write('measured\n');
}

/** Sends the frames in order over one connection, a thousand outstanding. */
async function sendAll(frames: Iterable<Buffer>, sink: AckSink): Promise<void> {
  const connection = new PipelinedConnection({ servers, firstServer: 0, sink });
  await within(OPEN_TIMEOUT_MS, 'a session', connection.open());
  const sendBatch = async (batch: readonly Buffer[]) => {
    connection.begin(new FrameRing(batch), batch.length);
    connection.allow(batch.length);
    await connection.drained();
  };
  let batch: Buffer[] = [];
  for (const frame of frames) {
    batch.push(frame);
    if (batch.length < BULK_BATCH) continue;
    await sendBatch(batch);
    batch = [];
  }
  if (batch.length > 0) await sendBatch(batch);
  await connection.close();
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function within<T>(ms: number, what: string, done: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`${what} did not come within ${ms} ms`)), ms).unref();
  });
  return Promise.race([done, late]);
}

function parseServers(text: string): readonly Address[] {
  return text.split(',').map((address) => {
    const [host, port] = address.split(':');
    if (!host || !Number(port)) throw new Error(`--servers expects host:port,…, not "${text}"`);
    return { host, port: Number(port) };
  });
}

function parseWork(text: string): Work {
  const found = WORKS.find((kind) => kind === text);
  if (found === undefined) throw new Error(`--work expects one of ${WORKS.join(', ')}, not "${text}"`);
  return found;
}
