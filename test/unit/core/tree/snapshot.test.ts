import type { CreateTxn } from '../../../../core/jute/txn.ts';
import { JuteWriter } from '../../../../core/jute/writer.ts';
import { DataTree } from '../../../../core/tree/data-tree.ts';
import { looksLikeSnapshot, SnapshotError, type SnapshotForm } from '../../../../core/tree/snapshot-format.ts';
import { SnapshotReader } from '../../../../core/tree/snapshot-reader.ts';
import { SnapshotWriter } from '../../../../core/tree/snapshot-writer.ts';
import { assert, suite } from '../../../support/suite.ts';
import { RandomTxns } from './random-txns.ts';
import {
  applyAll,
  bytes,
  Choices,
  create,
  drain,
  header,
  type LoggedTxn,
  load,
  READ_ACL,
  remove,
  SESSION_A,
  setAcl,
  snapshotOf,
} from './txns.ts';

const snapshot = suite('tree/snapshot', { timeoutMs: 60_000 });
const FORMS: readonly SnapshotForm[] = ['file', 'stream'];

/** Everything that two equal trees have in common, whatever their rows and ACL keys are. */
function fingerprint(tree: DataTree): unknown {
  const znodes: unknown[] = [];
  const visit = (path: string): void => {
    const row = tree.find(path);
    const data = tree.data(row);
    znodes.push([
      path,
      tree.stat(row),
      tree.ephemeralOwner(row),
      tree.acl(row),
      data && Buffer.from(data).toString('hex'),
    ]);
    const names = tree.childNames(row).sort();
    for (const name of names) visit(path === '/' ? `/${name}` : `${path}/${name}`);
  };
  visit('/');
  return {
    znodes,
    zxid: tree.lastProcessedZxid,
    sessions: [...tree.sessions.entries()].map((entry) => JSON.stringify(entry)).sort(),
    digest: tree.digest,
    counts: [tree.znodeCount, tree.ephemeralCount, tree.approximateDataSize],
  };
}

function busyTree(seed: number, steps: number): DataTree {
  const tree = new DataTree();
  const txns = new RandomTxns(tree, seed, 'legal');
  for (let step = 0; step < steps; step++) {
    const { header, txn } = txns.next();
    tree.apply(header, txn, false);
  }
  return tree;
}

snapshot('a tree that stood still comes back the same, whatever the size of the chunks', () => {
  for (const form of FORMS) {
    for (let seed = 1; seed <= 4; seed++) {
      const tree = busyTree(seed, 300);
      const written = snapshotOf(tree, form);
      for (const chunkBytes of [1, 13, 1000, written.length]) {
        if (chunkBytes === 1 && written.length > 100_000) continue;
        const loaded = load(written, form, tree.lastProcessedZxid, chunkBytes);
        assert.equal(fingerprint(loaded), fingerprint(tree), `${form} seed ${seed} chunks of ${chunkBytes}`);
        assert.is(snapshotOf(loaded, form).length, written.length);
      }
    }
  }
});

snapshot('written while the tree moves on, it becomes the live tree once the txns since its zxid are applied', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const form = seed % 2 === 0 ? 'file' : 'stream';
    const choices = new Choices(seed * 7919);
    const tree = busyTree(seed, 60 + choices.below(150));
    const txns = new RandomTxns(tree, seed + 1000, 'legal');
    const log: LoggedTxn[] = [];
    const writer = new SnapshotWriter(tree, form);
    const sliceBytes = 1 + choices.below(600);
    const chunks: Uint8Array[] = [];
    for (let chunk = writer.next(sliceBytes); chunk !== null; chunk = writer.next(sliceBytes)) {
      chunks.push(chunk);
      for (let count = choices.below(6); count > 0; count--) {
        const logged = txns.next();
        log.push(logged);
        tree.apply(logged.header, logged.txn, false);
      }
    }
    const reader = new SnapshotReader(form);
    for (const chunk of chunks) reader.push(chunk);
    const loaded = reader.finish(writer.zxid);
    for (const { header, txn } of log) {
      loaded.apply(header, txn, false);
      const mark = reader.digestMark;
      if (mark?.zxid === loaded.lastProcessedZxid) assert.equal(loaded.digest, mark.digest, `seed ${seed} at the mark`);
    }
    assert.equal(fingerprint(loaded), fingerprint(tree), `seed ${seed}`);
  }
});

snapshot('names the digest of the tree at the end of writing', () => {
  const tree = busyTree(3, 50);
  const writer = new SnapshotWriter(tree, 'file');
  const first = writer.next(1);
  applyAll(tree, [create('/late', bytes('x'))]);
  const reader = new SnapshotReader('file');
  reader.push(Buffer.concat([first ?? bytes(''), drain(writer, 1000)]));
  reader.finish(writer.zxid);
  assert.equal(reader.digestMark, { zxid: tree.lastProcessedZxid, digest: tree.digest });
});

snapshot('leaves out what was created after its zxid', () => {
  const tree = new DataTree();
  applyAll(tree, [create('/old')]);
  const writer = new SnapshotWriter(tree, 'file');
  applyAll(tree, [create('/new'), create('/new/child'), create('/old/child')]);
  const loaded = load(drain(writer, 100), 'file', writer.zxid);
  assert.equal(loaded.childNames(loaded.find('/')), ['zookeeper', 'old']);
  assert.equal(loaded.childNames(loaded.find('/old')), []);
});

snapshot('refers only to ACLs of the table that it wrote, even where a key has been given away since', () => {
  const [mine, other] = [[{ perms: 3, scheme: 'ip', id: '10.0.0.1' }], [{ perms: 7, scheme: 'ip', id: '10.0.0.2' }]];
  const tree = new DataTree();
  applyAll(tree, [create('/a', null, { acl: mine }), create('/b')]);
  const writer = new SnapshotWriter(tree, 'file');
  // The key of `mine` becomes free and then that of `other`.
  const after = [setAcl('/a', READ_ACL, 1), setAcl('/b', other, 1)];
  applyAll(tree, after);
  const loaded = load(drain(writer, 50), 'file', writer.zxid);
  assert.equal(loaded.acl(loaded.find('/b')), READ_ACL, 'the first list of the table stands in, not an open one');
  applyAll(loaded, after);
  assert.equal(fingerprint(loaded), fingerprint(tree));
});

snapshot('survives deletion of the znode it stands on, and reuse of its row', () => {
  const tree = new DataTree();
  applyAll(tree, [create('/a'), create('/a/x'), create('/b'), create('/c')]);
  const before = ['/a/x', '/a', '/b'];
  for (let slices = 0; slices < 9; slices++) {
    const live = load(snapshotOf(tree, 'file'), 'file', tree.lastProcessedZxid);
    const writer = new SnapshotWriter(live, 'file');
    const chunks: Uint8Array[] = [];
    for (let count = 0; count < slices; count++) chunks.push(writer.next(1) ?? bytes(''));
    const exactly = (path: string, parentCVersion: number): CreateTxn => create(path, null, { parentCVersion });
    const after = [...before.map((path) => remove(path)), exactly('/d', 4), exactly('/d/e', 1), exactly('/a', 5)];
    applyAll(live, after);
    const loaded = load(Buffer.concat([...chunks, drain(writer, 1)]), 'file', writer.zxid);
    applyAll(loaded, after);
    assert.equal(fingerprint(loaded), fingerprint(live), `after ${slices} slices`);
  }
});

snapshot('gives slices of about the size that was asked for', () => {
  const tree = new DataTree();
  for (let index = 0; index < 500; index++) applyAll(tree, [create(`/n${index}`, bytes('some data'))]);
  const writer = new SnapshotWriter(tree, 'stream');
  const sizes: number[] = [];
  for (let chunk = writer.next(1000); chunk !== null; chunk = writer.next(1000)) sizes.push(chunk.length);
  assert.is(Math.max(...sizes) < 1200, true, sizes.join());
  assert.is(sizes.length > 30, true);
  assert.is(writer.next(1000), null);
});

snapshot('a writer that is closed early leaves the tree free to change', () => {
  const tree = busyTree(5, 40);
  const writer = new SnapshotWriter(tree, 'file');
  writer.next(1);
  writer.close();
  writer.close();
  assert.is(writer.next(1), null);
  for (let index = 0; index < 5; index++) applyAll(tree, [create('/z'), remove('/z')]);
});

snapshot('every byte that is damaged in a file is noticed', () => {
  const tree = new DataTree();
  applyAll(tree, [create('/a', bytes('abc'), { acl: READ_ACL }), create('/a/b', null, { ephemeral: true })], SESSION_A);
  const txn = { type: -10, timeoutMs: 4000 } as const;
  tree.apply(header(9, txn.type, SESSION_A), txn, false);
  const sound = snapshotOf(tree, 'file');
  for (let at = 0; at < sound.length; at++) {
    const damaged = Buffer.from(sound);
    damaged[at] = (damaged[at] ?? 0) ^ 0x41;
    assert.throws(() => load(damaged, 'file', tree.lastProcessedZxid), isSnapshotError, `byte ${at}`);
  }
});

snapshot('a damaged stream, which has no checksum, gives a tree or a SnapshotError, never another error', () => {
  const choices = new Choices(77);
  const tree = new DataTree();
  const acls = [READ_ACL, [{ perms: 3, scheme: 'ip', id: '10.0.0.1' }]];
  for (let index = 0; index < 12; index++) {
    applyAll(
      tree,
      [create(`/n${index}`, bytes('x'), { acl: acls[index % 2] ?? [], ephemeral: index % 3 === 0 })],
      SESSION_A,
    );
  }
  const sound = snapshotOf(tree, 'stream');
  let refused = 0;
  for (let round = 0; round < 1500; round++) {
    const damaged = Buffer.from(sound);
    for (let count = choices.below(3); count >= 0; count--) damaged[choices.below(damaged.length)] = choices.below(256);
    try {
      load(damaged, 'stream', new DataTree().lastProcessedZxid, 1 + choices.below(damaged.length));
    } catch (error) {
      assert.instance(error, SnapshotError);
      refused += 1;
    }
  }
  assert.is(refused > 100, true, `${refused} refused`);
});

snapshot('a file or stream that ends early, or goes on, is refused', () => {
  const tree = busyTree(2, 30);
  for (const form of FORMS) {
    const sound = snapshotOf(tree, form);
    for (let end = 0; end < sound.length; end++) {
      // Where older versions end, a file may end.
      if (form === 'file' && (end === sound.length - 21 || end === sound.length - 54)) continue;
      assert.throws(
        () => load(sound.subarray(0, end), form, tree.lastProcessedZxid),
        isSnapshotError,
        `${form} ${end}`,
      );
    }
    const longer = Buffer.concat([sound, bytes('x')]);
    for (const chunkBytes of [1, longer.length]) {
      assert.throws(() => load(longer, form, tree.lastProcessedZxid, chunkBytes), isSnapshotError, form);
    }
  }
});

snapshot('says what is wrong and where', () => {
  const message = (body: (writer: JuteWriter) => void): string => {
    const writer = new JuteWriter();
    body(writer);
    try {
      load(writer.copy(), 'stream', new DataTree().lastProcessedZxid);
    } catch (error) {
      return error instanceof SnapshotError ? error.message : String(error);
    }
    return 'no error';
  };
  const znode = (writer: JuteWriter, path: string, aclKey: number): void => {
    writer.writeString(path);
    writer.writeBuffer(null);
    writer.writeLong(aclKey);
    writer.reserve(60);
    writer.view().fill(0, writer.length - 60);
  };
  const empty = (writer: JuteWriter): void => writer.writeLong(0);
  assert.is(
    message((writer) => {
      empty(writer);
      znode(writer, '', 7);
    }),
    'the snapshot is damaged at offset 8: a znode refers to ACL 7, which is not in the table',
  );
  const tellsOf = (paths: readonly string[]): string =>
    message((writer) => {
      empty(writer);
      for (const path of paths) znode(writer, path, -1);
    });
  assert.match(tellsOf(['/a']), 'the root does not come first');
  assert.match(tellsOf(['', '']), 'the root comes twice');
  assert.match(tellsOf(['', '/a/b']), 'before its parent');
  assert.match(tellsOf(['', '/a', '/a']), 'comes twice');
  assert.match(tellsOf(['', 'a']), 'before its parent');
  assert.match(tellsOf(['', '/a', '/a/']), 'empty name');
  assert.match(tellsOf(['']), 'it ends within its znode part');
});

snapshot('the quick test tells whole files from others', () => {
  const whole = snapshotOf(new DataTree(), 'file');
  const judge = (file: Uint8Array): boolean => looksLikeSnapshot(file.subarray(0, 4), file.subarray(-5));
  assert.is(judge(whole), true);
  assert.is(judge(whole.subarray(0, -1)), false);
  assert.is(judge(whole.subarray(1)), false);
  assert.is(judge(whole.subarray(0, 3)), false);
  assert.is(judge(new Uint8Array(0)), false);
});

function isSnapshotError(error: Error): boolean {
  return error instanceof SnapshotError;
}

snapshot.run();
