/**
 * The `interval` generator: one event every so often, from a fixed start, without drift.
 *
 * Options: `everyMs`; `type` of the events (default `tick`); `count`, after which it ends (default: never). Each event's
 * data is `{ tick }`, counted from 1. Ticks that fall due while there is no room are not made up for one by one: the next
 * event is the one that is due then, and its `tick` shows the gap.
 */

import { defineGenerator, fields, number, optional, text } from 'threadkeeper/plugin';

const options = fields({
  everyMs: number({ min: 1, max: 2 ** 31 - 1 }),
  type: text('tick'),
  count: optional(number({ min: 1, whole: true })),
});

export default defineGenerator({
  name: 'interval',
  options,
  async *generate({ everyMs, type, count }, { clock, signal }) {
    const start = clock.now();
    let made = 0;
    for (let tick = 1; count === null || made < count; tick += 1) {
      tick = Math.max(tick, Math.floor((clock.now() - start) / everyMs));
      await clock.wait(Math.max(0, start + tick * everyMs - clock.now()), signal);
      made += 1;
      yield { type, time: new Date(start + tick * everyMs).toISOString(), data: { tick } };
    }
  },
});
