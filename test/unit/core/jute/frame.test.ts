import { FrameDecoder, FrameError, JUTE_MAX_BUFFER } from '../../../../core/jute/frame.ts';
import { assert, suite } from '../../../support/suite.ts';

const frame = suite('jute/frame');

function framed(...payloads: readonly string[]): Buffer {
  const parts = payloads.map((payload) => {
    const bytes = Buffer.alloc(4 + payload.length);
    bytes.writeInt32BE(payload.length, 0);
    bytes.write(payload, 4, 'latin1');
    return bytes;
  });
  return Buffer.concat(parts);
}

function collect(decoder: FrameDecoder, chunks: readonly Uint8Array[]): string[] {
  const frames: string[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk, (bytes, start, end) => frames.push(Buffer.from(bytes.subarray(start, end)).toString('latin1')));
  }
  return frames;
}

frame('lends a frame that lies inside a chunk without copying it', () => {
  const chunk = framed('one', 'two');
  const lent: Uint8Array[] = [];
  new FrameDecoder().push(chunk, (bytes) => lent.push(bytes));
  assert.is(lent.length, 2);
  assert.ok(lent.every((bytes) => bytes === chunk));
});

frame('gives the same frames however the stream is cut in two or three', () => {
  const stream = framed('', 'a', 'bcd', '', 'efghijkl', 'm');
  const expected = ['', 'a', 'bcd', '', 'efghijkl', 'm'];
  for (let first = 0; first <= stream.length; first++) {
    for (let second = first; second <= stream.length; second++) {
      const chunks = [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)];
      assert.equal(collect(new FrameDecoder(), chunks), expected, `cut at ${first} and ${second}`);
    }
  }
});

frame('gives the same frames when every byte is a chunk', () => {
  const stream = framed('hello', '', 'world');
  const decoder = new FrameDecoder();
  assert.equal(
    collect(
      decoder,
      [...stream].map((byte) => Uint8Array.of(byte)),
    ),
    ['hello', '', 'world'],
  );
  assert.is(decoder.bufferedBytes, 0);
});

frame('puts a frame of the greatest length together from many chunks', () => {
  const payload = 'x'.repeat(JUTE_MAX_BUFFER);
  const stream = framed('before', payload, 'after');
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += 65_536) chunks.push(stream.subarray(at, at + 65_536));
  const frames = collect(new FrameDecoder(), chunks);
  assert.equal(
    frames.map((text) => text.length),
    [6, JUTE_MAX_BUFFER, 5],
  );
  assert.ok(frames[1] === payload);
});

frame('does not overwrite a spanning frame with the next one', () => {
  const stream = framed('first', 'other');
  const views: Uint8Array[] = [];
  const decoder = new FrameDecoder();
  for (const byte of stream) {
    decoder.push(Uint8Array.of(byte), (bytes, start, end) => views.push(bytes.subarray(start, end)));
  }
  assert.equal(
    views.map((view) => Buffer.from(view).toString('latin1')),
    ['first', 'other'],
  );
});

frame('refuses a length above the bound as soon as the prefix is complete', () => {
  const decoder = new FrameDecoder(10);
  const nothing = (): void => undefined;
  decoder.push(Uint8Array.of(0, 0, 0), nothing);
  assert.throws(
    () => decoder.push(Uint8Array.of(11), nothing),
    (error: unknown) => error instanceof FrameError && error.claimedBytes === 11,
  );
});

frame('refuses a negative length after handing out the frames before it', () => {
  const seen: string[] = [];
  const chunk = Buffer.concat([framed('good'), Buffer.from([0xff, 0xff, 0xff, 0xff])]);
  assert.throws(
    () =>
      new FrameDecoder().push(chunk, (bytes, start, end) =>
        seen.push(Buffer.from(bytes.subarray(start, end)).toString()),
      ),
    (error: unknown) => error instanceof FrameError && error.claimedBytes === -1,
  );
  assert.equal(seen, ['good']);
});

frame('counts the bytes of an unfinished frame, not those that its prefix claims', () => {
  const decoder = new FrameDecoder();
  decoder.push(Uint8Array.of(0, 0x0f, 0xff, 0xff, 1, 2), () => undefined);
  assert.is(decoder.bufferedBytes, 6);
});

frame.run();
