import { makeSessionId } from '../../../../core/ids.ts';
import { JuteReader } from '../../../../core/jute/reader.ts';
import { JuteWriter } from '../../../../core/jute/writer.ts';
import { assert, suite } from '../../../support/suite.ts';

const writer = suite('jute/writer');

writer('writes each kind of value across the end of its memory', () => {
  const session = makeSessionId(-5, 7);
  for (let capacity = 0; capacity < 40; capacity++) {
    const grown = new JuteWriter(capacity);
    grown.writeByte(9);
    grown.writeInt(-2);
    grown.writeBoolean(true);
    grown.writeLong(-(2 ** 53) + 1);
    grown.writeSessionId(session);
    grown.writeString('añb');
    grown.writeBuffer(Uint8Array.of(1, 2, 3));
    const reader = new JuteReader(grown.detach());
    assert.is(reader.readByte(), 9);
    assert.is(reader.readInt(), -2);
    assert.is(reader.readBoolean(), true);
    assert.is(reader.readLong(), -(2 ** 53) + 1);
    assert.equal(reader.readSessionId(), session);
    assert.is(reader.readString(), 'añb');
    assert.equal([...(reader.readBuffer() ?? [])], [1, 2, 3]);
    assert.is(reader.remaining, 0);
  }
});

writer.run();
