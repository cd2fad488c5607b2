import { ReplyScanner } from '../../bench/load/reply-scanner.ts';
import { assert, suite } from '../../support/suite.ts';

const scanner = suite('bench/reply-scanner');

const STREAM = Buffer.concat([reply(1, 7, 0, 0), reply(2, 8, -101, 0), reply(3, 9, 0, 172), reply(-2, 9, 0, 0)]);

scanner('finds the same replies however the stream is cut in three', () => {
  const whole = scan([STREAM]);
  assert.equal(whole.heads, ['1:0', '2:-101', '3:0', '-2:0']);
  for (let first = 0; first <= STREAM.length; first++) {
    for (let second = first; second <= STREAM.length; second += 3) {
      const cut = scan([STREAM.subarray(0, first), STREAM.subarray(first, second), STREAM.subarray(second)]);
      assert.equal(cut, whole, `cut at ${first} and ${second}`);
    }
  }
});

scanner('knows the zxid of the last reply, which a reconnecting client must tell', () => {
  assert.is(scan([STREAM]).lastZxid, '0000000000000009');
});

function scan(chunks: readonly Buffer[]): { heads: string[]; lastZxid: string } {
  const heads: string[] = [];
  const under = new ReplyScanner();
  for (const chunk of chunks) {
    under.scan(chunk, chunk.length, { onReply: (xid, err) => heads.push(`${xid}:${err}`) });
  }
  return { heads, lastZxid: under.lastZxid.toString('hex') };
}

function reply(xid: number, zxid: number, err: number, bodyBytes: number): Buffer {
  const bytes = Buffer.alloc(20 + bodyBytes, 0xee);
  bytes.writeInt32BE(16 + bodyBytes, 0);
  bytes.writeInt32BE(xid, 4);
  bytes.writeBigInt64BE(BigInt(zxid), 8);
  bytes.writeInt32BE(err, 16);
  return bytes;
}

scanner.run();
