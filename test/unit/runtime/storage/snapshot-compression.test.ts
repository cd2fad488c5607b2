import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { decodeBlock, encodeBlock, SnappyError } from '../../../../runtime/storage/snappy-block.ts';
import {
  CompressionError,
  SnapshotCompressor,
  SnapshotDecompressor,
} from '../../../../runtime/storage/snapshot-compression.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('runtime/storage/snapshot-compression');

/** Bytes that compress, that do not, and in between; of every length around the borders of the format. */
function samples(): Buffer[] {
  let state = 1;
  const byte = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return state & 0xff;
  };
  const random = (size: number): Buffer => Buffer.from(Array.from({ length: size }, byte));
  const sizes = [0, 1, 3, 4, 5, 59, 60, 61, 64, 65, 255, 256, 257, 4096, 32_767, 32_768];
  return sizes.flatMap((size) => [
    Buffer.alloc(size, 'a'),
    Buffer.alloc(size, 'a sentence that comes again and again, '),
    random(size),
    Buffer.concat([random(Math.floor(size / 2)), Buffer.alloc(Math.ceil(size / 2), 'tail')]),
  ]);
}

function decompress(compression: 'gz' | 'snappy', file: Buffer, chunkSize = file.length): Buffer {
  const parts: Buffer[] = [];
  const decompressor = new SnapshotDecompressor(compression, (bytes) => void parts.push(Buffer.from(bytes)));
  for (let at = 0; at < file.length; at += chunkSize) decompressor.push(file.subarray(at, at + chunkSize));
  decompressor.finish();
  return Buffer.concat(parts);
}

t('a snappy block gives back what went in, and what repeats is small', () => {
  for (const sample of samples()) assert.equal(decodeBlock(encodeBlock(sample)), sample, `${sample.length} bytes`);
  assert.ok(encodeBlock(Buffer.alloc(32_768, 'abc')).length < 2000);
});

// From the description of the format: every kind of element, also those that our own encoder does not write.
t('a snappy block of another writer is read: copies of all three kinds, long literals', () => {
  for (const [block, text] of [
    ['08 0c61626364 0104', 'abcdabcd'],
    ['08 0c61626364 0e0400', 'abcdabcd'],
    ['08 0c61626364 0f04000000', 'abcdabcd'],
    ['0a 0061 220100', 'aaaaaaaaaa'],
    ['03 f002616263', 'abc'],
    ['03 f40200616263', 'abc'],
  ] as const) {
    assert.is(decodeBlock(Buffer.from(block.replaceAll(' ', ''), 'hex')).toString(), text, block);
  }
});

t('damage of a snappy block is refused, and never read or written beyond it', () => {
  const block = encodeBlock(Buffer.alloc(3000, 'a sentence that comes again, '));
  let refused = 0;
  for (let at = 0; at < block.length; at++) {
    for (const change of [0x01, 0x80, 0xff]) {
      const damaged = Buffer.from(block);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      try {
        decodeBlock(damaged);
      } catch (error) {
        assert.ok(error instanceof SnappyError, String(error));
        refused += 1;
      }
    }
  }
  assert.ok(refused > 0);
  for (let size = 0; size < block.length; size++)
    assert.throws(() => decodeBlock(block.subarray(0, size)), SnappyError);
  assert.throws(() => decodeBlock(Buffer.from('ffffffff7f', 'hex')), SnappyError);
});

for (const compression of ['gz', 'snappy'] as const) {
  t(`${compression}: slices come back as one stream, in whatever pieces the file is read`, () => {
    const compressor = new SnapshotCompressor(compression);
    const slices = samples();
    const file = Buffer.concat(slices.map((slice) => Buffer.from(compressor.compress(slice))));
    const whole = Buffer.concat(slices);
    for (const chunkSize of [7, 1000, file.length]) assert.ok(decompress(compression, file, chunkSize).equals(whole));
    for (const cut of [file.length - 1, file.length - 9]) {
      assert.throws(() => decompress(compression, file.subarray(0, cut)), CompressionError);
    }
  });
}

t('what we write with gz is what gunzip reads, and a stream of another writer is read', () => {
  const compressor = new SnapshotCompressor('gz');
  const file = Buffer.concat(['one ', 'two'].map((text) => compressor.compress(Buffer.from(text))));
  assert.is(execFileSync('gunzip', ['-c'], { input: file, encoding: 'utf8' }), 'one two');
  assert.equal(decompress('gz', gzipSync('other')), Buffer.from('other'));
});

t('a file that is none of snappy-java is refused', () => {
  assert.throws(() => decompress('snappy', Buffer.alloc(100, 'x')), CompressionError);
  const newer = Buffer.from(new SnapshotCompressor('snappy').compress(Buffer.from('x')));
  newer.writeInt32BE(2, 12);
  assert.throws(() => decompress('snappy', newer), CompressionError);
});

t.run();
