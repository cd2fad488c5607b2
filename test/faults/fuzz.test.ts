// timeout: 240s
/**
 * Malformed input, made from a seed: every reader of foreign bytes, the frame decoder, and whole replicas. Some thousand
 * cases here; `npm run soak -- frames` takes a million and more.
 */
import { fuzzDecoders } from '../fuzz/fuzz-decoders.ts';
import { fuzzFrames } from '../fuzz/fuzz-frames.ts';
import { fuzzReplicas } from '../fuzz/fuzz-replicas.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('faults/fuzz', { timeoutMs: 120_000 });
const SEED = 1;

t('whatever the bytes are, a reader gives a value or refuses them by its own error', () => {
  assert.is(fuzzDecoders({ seed: SEED, cases: 20_000 }), null);
});

t('a stream of frames is cut the same way however it arrives', () => {
  assert.is(fuzzFrames({ seed: SEED, cases: 5000 }), null);
});

t('no request throws in a replica, and its neighbours are answered all along', () => {
  assert.is(fuzzReplicas({ seed: SEED, cases: 3000 }), null);
});

t.run();
