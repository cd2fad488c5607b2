import { makeSessionId, NO_SESSION } from '../../../../core/ids.ts';
import { ADLER32_START, adler32 } from '../../../../core/jute/adler32.ts';
import { JuteReader } from '../../../../core/jute/reader.ts';
import { readTxnBody, readTxnHeader } from '../../../../core/jute/txn.ts';
import { DataTree } from '../../../../core/tree/data-tree.ts';
import { looksLikeSnapshot } from '../../../../core/tree/snapshot-format.ts';
import { ZXID_ZERO } from '../../../../core/zxid.ts';
import { assert, suite } from '../../../support/suite.ts';
import { load, snapshotOf } from './txns.ts';

const golden = suite('tree/golden');

// The bytes that ZooKeeper 3.9.5 wrote; zookeeper-facts, appendix A.
const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const SESSION = '0100003f99b50000';
const LOG = [
  [`${SESSION} 00000000 0000000000000001 000001a204631852 fffffff6 00002710`, 0x51c6d660],
  [
    `${SESSION} 00000002 0000000000000002 000001a2046318b8 00000001 000000022f61 000000026869
     00000001 0000001f 00000005776f726c64 00000006616e796f6e65 00 00000001`,
    0xe5642b76,
  ],
  [
    `${SESSION} 00000003 0000000000000003 000001a2046318dc 0000000e 00000003 0000000d 0000000a 000000022f61 00000001
     ffffffff 00000004 ffffff9b ffffffff 00000004 fffffffe`,
    0xe5642b76,
  ],
  [`${SESSION} 00000004 0000000000000004 000001a2046318e4 00000005 000000022f61 0000000178 00000001`, 0x619b0e7b],
  [`${SESSION} 00000005 0000000000000005 000001a2046318ef fffffff5 00000000`, 0x619b0e7b],
] as const;
const ZERO_STAT = '00'.repeat(60);
const FRESH_SNAPSHOT = hex(
  `5a4b534e 00000002 ffffffffffffffff 00000000
   00000001 0000000000000001 00000001 00000001 00000005776f726c64 00000006616e796f6e65
   00000000 00000000 ffffffffffffffff ${ZERO_STAT}
   0000000a ${Buffer.from('/zookeeper').toString('hex')} 00000000 ffffffffffffffff ${ZERO_STAT}
   00000011 ${Buffer.from('/zookeeper/config').toString('hex')} 00000000 0000000000000001
     ${'00'.repeat(40)} ffffffff ${'00'.repeat(16)}
   00000010 ${Buffer.from('/zookeeper/quota').toString('hex')} 00000000 ffffffffffffffff ${ZERO_STAT}
   000000012f 00000000b8a23b49 000000012f
   0000000000000000 00000002 0000000000000000 0000000095b93d59 000000012f
   0000000000000000 00000000bde83f6d 000000012f`,
);

golden('a fresh tree is the one that ZooKeeper starts with', () => {
  const tree = new DataTree();
  assert.equal(tree.digest, { hi: 0, lo: 1371985504 });
  assert.is(tree.znodeCount, 5);
  assert.is(tree.approximateDataSize, 44);
  assert.equal(tree.childNames(tree.find('/')), ['zookeeper']);
  assert.is(tree.stat(tree.find('/')).cversion, -1);
  assert.is(tree.stat(tree.find('/zookeeper')).cversion, -2);
  const config = tree.find('/zookeeper/config');
  assert.is(tree.aversion(config), -1);
  assert.equal(tree.acl(config), [{ perms: 1, scheme: 'world', id: 'anyone' }]);
  assert.equal(tree.stat(tree.find('/zookeeper/quota')), {
    czxid: 0,
    mzxid: 0,
    ctime: 0,
    mtime: 0,
    version: 0,
    cversion: 0,
    aversion: 0,
    ephemeralOwner: NO_SESSION,
    dataLength: 0,
    numChildren: 0,
    pzxid: 0,
  });
});

golden('the txns of a ZooKeeper log lead to the digests written beside them', () => {
  const tree = new DataTree();
  for (const [record, digest] of LOG) {
    const reader = new JuteReader(hex(record));
    const header = readTxnHeader(reader);
    const txn = readTxnBody(reader, header.type);
    tree.apply(header, txn, false);
    assert.equal(tree.digest, { hi: 0, lo: digest }, `zxid ${header.zxid}`);
    assert.is(tree.sessions.get(makeSessionId(0x0100003f, 0x99b50000)), header.zxid < 5 ? 10_000 : undefined);
  }
  assert.is(Buffer.from(tree.data(tree.find('/a')) ?? []).toString(), 'x');
});

golden('the snapshot of a fresh tree is, byte for byte, the one that ZooKeeper writes', () => {
  assert.is(FRESH_SNAPSHOT.length, 478);
  assert.is(snapshotOf(new DataTree(), 'file').toString('hex'), FRESH_SNAPSHOT.toString('hex'));
});

golden('the fresh snapshot of ZooKeeper loads, passes the quick test and gives the fresh digest', () => {
  assert.is(looksLikeSnapshot(FRESH_SNAPSHOT.subarray(0, 4), FRESH_SNAPSHOT.subarray(-5)), true);
  const tree = load(FRESH_SNAPSHOT, 'file', ZXID_ZERO, 7);
  assert.equal(tree.digest, { hi: 0, lo: 1371985504 });
  assert.is(tree.znodeCount, 5);
  assert.is(tree.approximateDataSize, 44);
});

golden('snapshots of older versions, which end after the first seal or the digest, load as well', () => {
  const withoutLastZxid = FRESH_SNAPSHOT.subarray(0, 478 - 21);
  const withoutDigest = FRESH_SNAPSHOT.subarray(0, 478 - 21 - 33);
  for (const snapshot of [withoutLastZxid, withoutDigest]) {
    assert.is(looksLikeSnapshot(snapshot.subarray(0, 4), snapshot.subarray(-5)), true);
    assert.is(load(snapshot, 'file', ZXID_ZERO).digest.lo, 1371985504);
  }
  const checksum = Buffer.alloc(8);
  const body = Buffer.concat([withoutDigest, Buffer.alloc(8)]);
  checksum.writeUInt32BE(adler32(body, 0, body.length, ADLER32_START), 4);
  const digestLeftOut = Buffer.concat([body, checksum, hex('000000012f')]);
  assert.is(load(digestLeftOut, 'file', ZXID_ZERO).digest.lo, 1371985504);
});

golden.run();
