import { OpCode } from '../../../../../core/jute/op-code.ts';
import { JuteReader } from '../../../../../core/jute/reader.ts';
import { LIMIT_DEFAULTS } from '../../../../../core/server/connections/limits.ts';
import { type PendingRequest, readPendingRequest } from '../../../../../core/server/connections/pending-request.ts';
import { RequestQueue } from '../../../../../core/server/connections/request-queue.ts';
import { ServerLoad } from '../../../../../core/server/connections/server-load.ts';
import { toEpoch } from '../../../../../core/zxid.ts';
import { encodeRequest, type Request } from '../../../../support/requests.ts';
import { assert, suite } from '../../../../support/suite.ts';

const queueing = suite('server/request-queue');

function pending(request: Request): PendingRequest {
  const reader = new JuteReader(encodeRequest(7, request));
  const xid = reader.readInt();
  return readPendingRequest(reader, { xid, opCode: reader.readInt(), identities: [], receivedMs: 0 });
}

function queueOf(...requests: Request[]): RequestQueue {
  const queue = new RequestQueue(new ServerLoad(LIMIT_DEFAULTS));
  for (const request of requests) queue.push(pending(request));
  return queue;
}

const WRITE: Request = { op: 'create', path: '/a' };
const SYNC: Request = { op: 'sync', path: '/' };
const READ: Request = { op: 'exists', path: '/a' };

queueing('only what waits for nobody is due, and only from the head', () => {
  const queue = queueOf(READ, SYNC, READ);
  assert.is(queue.shiftDue()?.opCode, OpCode.exists);
  assert.is(queue.shiftDue(), undefined);
  queue.releaseSyncs();
  assert.is(queue.shiftDue()?.opCode, OpCode.sync);
  assert.is(queue.shiftDue()?.opCode, OpCode.exists);
  assert.ok(queue.isEmpty);
});

queueing('the oldest write is found behind syncs and reads, and releasing syncs stops at it', () => {
  const queue = queueOf(SYNC, READ, WRITE, SYNC);
  assert.is(queue.firstWrite?.opCode, OpCode.create);
  queue.releaseSyncs();
  assert.equal(
    queue.toArray().map(({ kind, isReleased }) => `${kind} ${isReleased}`),
    ['sync true', 'local true', 'write false', 'sync false'],
  );
});

queueing('a write is under way in the epoch in which it was submitted last', () => {
  const queue = queueOf(SYNC, WRITE);
  assert.not.ok(queue.hasWriteUnderWay(toEpoch(3)));
  for (const request of queue.toArray()) request.submittedIn = toEpoch(3);
  assert.ok(queue.hasWriteUnderWay(toEpoch(3)));
  assert.not.ok(queue.hasWriteUnderWay(toEpoch(4)));
});

queueing('a thousand requests fill it, and so do sixteen megabytes', () => {
  const many = queueOf(...Array.from({ length: 999 }, () => READ));
  assert.not.ok(many.isFull);
  many.push(pending(READ));
  assert.ok(many.isFull);
  many.shiftDue();
  assert.not.ok(many.isFull);

  const big = queueOf(...Array.from({ length: 17 }, (): Request => ({ ...WRITE, data: 'x'.repeat(1_000_000) })));
  assert.ok(big.isFull);
  big.shift();
  assert.not.ok(big.isFull);
  big.clear();
  assert.ok(big.isEmpty && !big.isFull);
});

queueing('a write that does not decode waits for its turn like a read, and is never submitted', () => {
  const request = pending({ op: 'raw', opCode: OpCode.setData, body: new Uint8Array(3) });
  assert.is(request.kind, 'local');
  assert.is(request.write, null);
  assert.is(request.error, -5);
});

queueing.run();
