import { formatSessionId, makeSessionId, parseSessionId, type SessionId, toPeerId } from '../../../../../core/ids.ts';
import { OpCode } from '../../../../../core/jute/op-code.ts';
import { writeTxnBody, writeTxnHeader } from '../../../../../core/jute/txn.ts';
import { JuteWriter } from '../../../../../core/jute/writer.ts';
import { isOlderThan, SessionIdSource } from '../../../../../core/server/sessions/session-ids.ts';
import { DataTree } from '../../../../../core/tree/data-tree.ts';
import { toZxid } from '../../../../../core/zxid.ts';
import { assert, suite } from '../../../../support/suite.ts';

const ids = suite('server/session-ids');

const NOW = 1_790_000_000_000;
const AN_HOUR = 3_600_000;

function source(peer = 3, wallMs = NOW, fromMs = 0): SessionIdSource {
  return new SessionIdSource(toPeerId(peer), { wallMs, fromMs });
}

function sessionBegun(clientId: SessionId): Uint8Array {
  const writer = new JuteWriter();
  writeTxnHeader(writer, { clientId, cxid: 0, zxid: toZxid(1), time: NOW, type: OpCode.createSession });
  writeTxnBody(writer, { type: OpCode.createSession, timeoutMs: 1000 });
  return writer.copy();
}

function isBelow(a: SessionId, b: SessionId): boolean {
  return BigInt(formatSessionId(a)) < BigInt(formatSessionId(b));
}

ids('an id is the replica in the top byte, 40 bits of milliseconds, a counter', () => {
  const expected = (3n << 56n) | (BigInt(NOW % 2 ** 40) << 16n);
  const first = source();
  assert.is(BigInt(formatSessionId(first.next())), expected + 1n);
  assert.is(BigInt(formatSessionId(first.next())), expected + 2n);
});

ids('the counter carries over into the time, and past the owner of containers', () => {
  const full = new SessionIdSource(toPeerId(1), { wallMs: 0, fromMs: 0 });
  full.onKnown(makeSessionId(0x01000000, 0xffffffff));
  assert.is(formatSessionId(full.next()), '0x100000100000000');
  const containers = new SessionIdSource(toPeerId(128), { wallMs: 0, fromMs: 0 });
  containers.onKnown(makeSessionId(0x80000000, 0));
  assert.is(formatSessionId(containers.next()), '0x8000000000000001');
});

ids('a clock that was set back repeats no id of a session that lives', () => {
  const tree = new DataTree();
  const before = source();
  const given = [before.next(), before.next()];
  for (const id of given) tree.sessions.set(id, 1000);
  const after = source(3, NOW - AN_HOUR);
  after.onTree(tree);
  const next = after.next();
  assert.ok(given.every((id) => isBelow(id, next)));
});

ids('nor one that the log knows to be closed, nor one that another replica’s log knows to be given here', () => {
  const before = source();
  const closed = before.next();
  const after = source(3, NOW - AN_HOUR);
  after.onLog([{ entry: sessionBegun(closed) }]);
  assert.ok(isBelow(closed, after.next()));
});

ids('ids of other replicas say nothing', () => {
  const one = source();
  one.onKnown(makeSessionId(0x04ffffff, 0));
  assert.is(formatSessionId(one.next()), formatSessionId(source().next()));
});

ids('none looks older than the floor, whatever the clock says', () => {
  assert.not.ok(isOlderThan(source(3, NOW - AN_HOUR, NOW).next(), NOW));
  assert.ok(isOlderThan(source(3, NOW - AN_HOUR).next(), NOW));
});

ids('those of Apache ZooKeeper look older: they count the uptime of the machine', () => {
  assert.ok(isOlderThan(parseSessionId('0x100003f99b50000'), NOW));
});

ids.run();
