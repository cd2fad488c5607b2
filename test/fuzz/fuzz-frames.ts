/** Holds the frame decoder, fed in chunks of any size, against the obvious one that has the whole stream before it. */
import { FrameDecoder, FrameError } from '../../core/jute/frame.ts';
import { Prng } from '../simulation/prng.ts';
import type { FuzzOptions } from './fuzz-decoders.ts';
import { mutate, randomBytes } from './mutation.ts';

const FRAME_BYTES_MAX = 64;

interface Cut {
  readonly frames: readonly string[];
  /** A length out of bounds ended it. */
  readonly isRefused: boolean;
}

/** @returns what went wrong in the first case that failed, or null */
export function fuzzFrames({ seed, cases }: FuzzOptions): string | null {
  const prng = new Prng(seed);
  for (let count = 0; count < cases; count++) {
    const stream = makeStream(prng);
    const expected = JSON.stringify(cutAtOnce(stream));
    const cut = JSON.stringify(cutInChunks(stream, prng));
    if (cut === expected) continue;
    return `case ${count} of seed ${seed}: ${stream.toString('hex')} in chunks is ${cut}, and not ${expected}`;
  }
  return null;
}

function makeStream(prng: Prng): Buffer {
  const frames = Array.from({ length: prng.below(8) }, () => {
    const payload = randomBytes(prng, prng.below(FRAME_BYTES_MAX + 1));
    const length = Buffer.alloc(4);
    length.writeInt32BE(payload.length);
    return Buffer.concat([length, payload]);
  });
  const stream = Buffer.concat(frames);
  return prng.chance(0.5) ? stream : Buffer.from(mutate(prng, [stream]));
}

function cutAtOnce(stream: Buffer): Cut {
  const frames: string[] = [];
  let at = 0;
  while (stream.length - at >= 4) {
    const size = stream.readInt32BE(at);
    if (size < 0 || size > FRAME_BYTES_MAX) return { frames, isRefused: true };
    if (at + 4 + size > stream.length) break;
    frames.push(stream.toString('hex', at + 4, at + 4 + size));
    at += 4 + size;
  }
  return { frames, isRefused: false };
}

function cutInChunks(stream: Buffer, prng: Prng): Cut {
  const frames: string[] = [];
  const decoder = new FrameDecoder(FRAME_BYTES_MAX);
  const chunkBytesMax = prng.pick([1, 3, 20, 200]);
  try {
    for (let at = 0; at < stream.length; ) {
      const end = Math.min(stream.length, at + prng.between(1, chunkBytesMax));
      decoder.push(Buffer.from(stream.subarray(at, end)), (bytes, from, to) => {
        frames.push(Buffer.from(bytes.subarray(from, to)).toString('hex'));
      });
      at = end;
    }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return { frames, isRefused: true };
  }
  return { frames, isRefused: false };
}
