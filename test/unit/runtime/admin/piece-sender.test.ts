import { PieceSender, type SendingEnd } from '../../../../runtime/admin/piece-sender.ts';
import { eventually } from '../../../support/eventually.ts';
import { assert, suite } from '../../../support/suite.ts';

const sending = suite('admin/piece-sender');

/** Takes what it is told to take, and no more. */
class SlowCarrier {
  queuedBytes = 0;
  mostQueued = 0;
  text = '';

  send(bytes: Buffer): void {
    this.text += bytes.toString('utf8');
    this.queuedBytes += bytes.length;
    this.mostQueued = Math.max(this.mostQueued, this.queuedBytes);
  }

  takeAll(): void {
    this.queuedBytes = 0;
  }
}

function* lines(count: number): Generator<string, void, undefined> {
  for (let index = 0; index < count; index++)
    yield ` /127.0.0.1:${index}[1](queued=0,recved=4,sent=4,sid=0x${index})\n`;
}

sending('an answer about ten thousand connections goes out in bounded pieces, whole and in order', () => {
  const carrier = new SlowCarrier();
  let end: SendingEnd | null = null;
  const sender = new PieceSender(carrier, lines(10_000), {
    onEnd: (how) => {
      end = how;
    },
  });
  let turns = 0;
  for (sender.advance(); end === null; turns++) {
    carrier.takeAll();
    sender.advance();
  }
  assert.is(end, 'sent');
  assert.ok(turns > 3, `${turns} turns`);
  assert.ok(carrier.mostQueued < 128 << 10, `${carrier.mostQueued} bytes were queued at once`);
  assert.is(carrier.text, [...lines(10_000)].join(''));
});

sending('a small answer is out at once', () => {
  const ends: SendingEnd[] = [];
  const carrier = new SlowCarrier();
  new PieceSender(carrier, ['imok'], { onEnd: (end) => ends.push(end) }).advance();
  assert.equal([carrier.text, ends], ['imok', ['sent']]);
});

sending('a reader that takes nothing is given up', async () => {
  const ends: SendingEnd[] = [];
  const sender = new PieceSender(new SlowCarrier(), lines(10_000), { onEnd: (end) => ends.push(end), stalledMs: 20 });
  sender.advance();
  await eventually(() => ends.length > 0);
  assert.equal(ends, ['stalled']);
});

sending('an abandoned answer says nothing more, and lets go of what it was made from', () => {
  let isReleased = false;
  function* pieces(): Generator<string, void, undefined> {
    try {
      for (;;) yield 'x'.repeat(1000);
    } finally {
      isReleased = true;
    }
  }
  const carrier = new SlowCarrier();
  const sender = new PieceSender(carrier, pieces(), {
    onEnd: () => {
      throw new Error('it has not ended');
    },
  });
  sender.advance();
  sender.abandon();
  carrier.takeAll();
  sender.advance();
  assert.ok(isReleased);
  assert.is(carrier.queuedBytes, 0);
});

sending.run();
