import { murmur2OfText } from '../../../core/murmur2.ts';
import { assert, suite } from '../../support/suite.ts';

const murmur2 = suite('core/murmur2');

/** Kafka's own test vectors (UtilsTest.testMurmur2). */
const KAFKA_VECTORS: Readonly<Record<string, number>> = {
  '21': -973932308,
  foobar: -790332482,
  'a-little-bit-long-string': -985981536,
  'a-little-bit-longer-string': -1486304829,
  lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
  abc: 479470107,
};

murmur2('gives the hashes that Kafka gives', () => {
  for (const [text, hash] of Object.entries(KAFKA_VECTORS)) assert.is(murmur2OfText(text), hash, text);
});

murmur2.run();
