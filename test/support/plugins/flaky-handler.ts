/** Writes each event's index under its key, counts it, and passes it on to topic `done`; every fifth call throws. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { defineHandler } from 'threadkeeper/plugin';

export default defineHandler({
  name: 'flaky',
  create: () => {
    let calls = 0;
    return {
      async handle(event) {
        calls += 1;
        if (calls % 5 === 0) throw new Error('the fifth call fails');
        await nextTurn();
        const { index } = event.data as { readonly index: number };
        return {
          znodes: [
            { type: 'put', path: `/order/${event.partitionkey}`, data: String(index) },
            { type: 'combine', path: '/order-count', fields: { count: { by: 'sum', value: 1 } } },
          ],
          events: [{ topic: 'done', event: { type: 'done', data: { index } } }],
        };
      },
    };
  },
});
