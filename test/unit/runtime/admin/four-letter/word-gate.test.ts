import { type GateVerdict, WordGate } from '../../../../../runtime/admin/four-letter/word-gate.ts';
import { FOUR_LETTER_WORDS } from '../../../../../runtime/admin/four-letter/word-names.ts';
import { assert, suite } from '../../../../support/suite.ts';

const gating = suite('admin/four-letter/word-gate');

/** What the gate says in the end, the chunks coming one after another. */
function verdictOn(...chunks: readonly (string | Buffer)[]): GateVerdict {
  const gate = new WordGate();
  let verdict: GateVerdict = { type: 'more' };
  for (const chunk of chunks) {
    if (verdict.type !== 'more') throw new Error('the gate had decided already');
    verdict = gate.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk);
  }
  return verdict;
}

const MASK = Buffer.from('0000000000000132', 'hex');

gating('every word is known, whole or byte by byte', () => {
  for (const word of FOUR_LETTER_WORDS) {
    const text = word === 'stmk' ? [word, MASK] : [word];
    const bytes = Buffer.concat(text.map((part) => Buffer.from(part)));
    const expected: GateVerdict = { type: 'word', asked: { word, argument: word === 'stmk' ? 306n : 0n } };
    assert.equal(verdictOn(bytes), expected);
    assert.equal(verdictOn(...[...bytes].map((byte) => Buffer.from([byte]))), expected);
  }
});

gating('what comes behind a word is ignored', () => {
  assert.equal(verdictOn('ruok\n'), { type: 'word', asked: { word: 'ruok', argument: 0n } });
  assert.equal(verdictOn(`srvr${'x'.repeat(100_000)}`), { type: 'word', asked: { word: 'srvr', argument: 0n } });
});

gating('stmk waits for its eight bytes, which may be negative', () => {
  assert.equal(verdictOn('stmk', MASK.subarray(0, 7)), { type: 'more' });
  const minus = Buffer.alloc(8, 0xff);
  assert.equal(verdictOn('stmk', minus), { type: 'word', asked: { word: 'stmk', argument: -1n } });
});

gating('a frame is let through at its first byte, and nothing of it is lost', () => {
  const frame = Buffer.from('0000002d000000', 'hex');
  assert.equal(verdictOn(frame.subarray(0, 1)), { type: 'frames', bytes: frame.subarray(0, 1) });
  assert.equal(verdictOn(frame), { type: 'frames', bytes: frame });
});

gating('four letters that are no word are let through as the frame that they claim to be', () => {
  for (const text of ['quit', 'RUOK', 'GET ']) {
    assert.equal(verdictOn(text), { type: 'frames', bytes: Buffer.from(text) });
  }
  assert.equal(verdictOn('qu', 'it!'), { type: 'frames', bytes: Buffer.from('quit!') });
});

gating('half a word decides nothing', () => {
  for (const half of ['r', 'ru', 'ruo']) assert.equal(verdictOn(half), { type: 'more' });
});

gating.run();
