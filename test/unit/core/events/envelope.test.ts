import { completeEvent, EventFormatError, keyOf, parseEvent } from '../../../../core/events/envelope.ts';
import { assert, suite } from '../../../support/suite.ts';

const envelope = suite('core/events/envelope');

const EVENT = { specversion: '1.0', id: '1', source: '/s', type: 't' };

envelope('a minimal CloudEvent passes as it is', () => {
  assert.is(parseEvent(EVENT), EVENT);
});

envelope('every fault is named at once', () => {
  const faulty = { specversion: '0.3', id: '', type: 7, time: 'yesterday', 'Bad-Name': 1, level: 1.5 };
  try {
    parseEvent(faulty);
    assert.unreachable('it passed');
  } catch (error) {
    assert.instance(error, EventFormatError);
    const { faults } = error as EventFormatError;
    assert.equal(
      faults.map((fault) => fault.split(':')[0]),
      ['specversion', 'id', 'source', 'type', 'time', 'Bad-Name', 'level'],
    );
  }
});

envelope('anything but an object is refused', () => {
  for (const value of [null, 'text', 3, [EVENT], undefined])
    assert.throws(() => parseEvent(value), /expected an object/);
});

envelope('data and data_base64 exclude each other', () => {
  assert.throws(() => parseEvent({ ...EVENT, data: 1, data_base64: 'AA==' }), /no second payload/);
});

envelope('a date that does not exist is no time', () => {
  assert.throws(() => parseEvent({ ...EVENT, time: '2024-13-01T00:00:00Z' }), /time: expected an RFC 3339 time/);
  assert.ok(parseEvent({ ...EVENT, time: '2024-12-01T00:00:00.123+02:00' }));
});

envelope('completing fills in what is missing and replaces nothing', () => {
  const event = completeEvent({ type: 't', id: 'mine' }, { id: 'given', source: '/x', time: '2024-01-01T00:00:00Z' });
  assert.equal(event, { specversion: '1.0', id: 'mine', source: '/x', time: '2024-01-01T00:00:00Z', type: 't' });
});

envelope('the key is the partitioning extension, and may be absent', () => {
  assert.is(keyOf(parseEvent({ ...EVENT, partitionkey: 'k' })), 'k');
  assert.is(keyOf(parseEvent(EVENT)), null);
});

envelope.run();
