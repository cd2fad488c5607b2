/** Feeds every reader mutated bytes; a seed and the number of a case find a failing one again. */
import { Prng } from '../simulation/prng.ts';
import { DECODERS, type Decoder } from './decoders.ts';
import { mutate } from './mutation.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly cases: number;
}

/** @returns what went wrong in the first case that failed, or null */
export function fuzzDecoders({ seed, cases }: FuzzOptions): string | null {
  const prng = new Prng(seed);
  for (let count = 0; count < cases; count++) {
    const decoder = pickDecoder(prng);
    const bytes = mutate(prng, decoder.samples);
    const failure = tryDecoder(decoder, bytes);
    if (failure !== null) return `case ${count} of seed ${seed}: ${decoder.name} of ${hex(bytes)}: ${failure}`;
  }
  return null;
}

function pickDecoder(prng: Prng): Decoder {
  for (;;) {
    const decoder = prng.pick(DECODERS);
    if (decoder.isDear !== true || prng.chance(0.1)) return decoder;
  }
}

function tryDecoder({ decode, refusal }: Decoder, bytes: Uint8Array): string | null {
  const before = Buffer.from(bytes);
  try {
    decode(bytes);
  } catch (error) {
    if (!(error instanceof refusal)) return error instanceof Error ? String(error.stack) : String(error);
  }
  return before.equals(bytes) ? null : 'the bytes were changed';
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
