import { makeSessionId } from '../../../../core/ids.ts';
import { JuteReader } from '../../../../core/jute/reader.ts';
import { JuteWriter } from '../../../../core/jute/writer.ts';
import { assert, suite } from '../../../support/suite.ts';

const writer = suite('jute/writer');

const LONG_TEXT = 'ü'.repeat(50);
const LONG_BYTES = Buffer.alloc(100, 7);

const FIELDS: readonly [string, (target: JuteWriter) => void, (source: JuteReader) => unknown, unknown][] = [
  ['byte', (target) => target.writeByte(200), (source) => source.readByte(), 200],
  ['boolean', (target) => target.writeBoolean(true), (source) => source.readBoolean(), true],
  ['int', (target) => target.writeInt(-7), (source) => source.readInt(), -7],
  ['long', (target) => target.writeLong(-(2 ** 40) - 1), (source) => source.readLong(), -(2 ** 40) - 1],
  [
    'session id',
    (target) => target.writeSessionId(makeSessionId(-5, 6)),
    (source) => source.readSessionId(),
    makeSessionId(-5, 6),
  ],
  ['string', (target) => target.writeString('/a/b'), (source) => source.readString(), '/a/b'],
  ['long string', (target) => target.writeString(LONG_TEXT), (source) => source.readString(), LONG_TEXT],
  ['null string', (target) => target.writeString(null), (source) => source.readString(), null],
  ['buffer', (target) => target.writeBuffer(LONG_BYTES), (source) => source.readBuffer(), LONG_BYTES],
  ['null buffer', (target) => target.writeBuffer(null), (source) => source.readBuffer(), null],
  [
    'slice',
    (target) => target.writeSlice(Buffer.from([1, 2, 3]), 1, 3),
    (source) => [source.readByte(), source.readByte()],
    [2, 3],
  ],
  [
    'long slice',
    (target) => target.writeSlice(LONG_BYTES, 1, 99),
    (source) => Array.from({ length: 98 }, () => source.readByte()),
    Array.from({ length: 98 }, () => 7),
  ],
];

for (const [name, write, read, value] of FIELDS) {
  writer(`a ${name} survives wherever the memory has to grow`, () => {
    for (let before = 0; before <= 16; before++) {
      const target = new JuteWriter(16);
      for (let count = 0; count < before; count++) target.writeByte(9);
      write(target);
      target.writeByte(9);
      const source = new JuteReader(target.copy());
      for (let count = 0; count < before; count++) assert.is(source.readByte(), 9);
      assert.equal(read(source), value, `${name} after ${before} bytes`);
      assert.is(source.readByte(), 9);
      assert.is(source.remaining, 0);
    }
  });
}

writer.run();
