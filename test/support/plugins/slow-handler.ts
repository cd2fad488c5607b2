/** A batch handler that takes `delayMs` a batch and counts events under `/slow/<pipeline>`. */

import { setTimeout as wait } from 'node:timers/promises';
import { defineHandler, fields, number } from 'threadkeeper/plugin';

export default defineHandler({
  name: 'slow',
  options: fields({ delayMs: number({ min: 0, otherwise: 5 }) }),
  create: ({ delayMs }, { pipeline }) => ({
    async handleBatch(events) {
      await wait(delayMs);
      return {
        znodes: [
          { type: 'combine', path: `/slow/${pipeline}`, fields: { count: { by: 'sum', value: events.length } } },
        ],
      };
    },
  }),
});
