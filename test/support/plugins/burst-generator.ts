/** Yields `count` numbered events as fast as it is asked, round robin over `keys` keys; `counts.yielded` tells how far it is. */

import { defineGenerator, fields, number } from 'threadkeeper/plugin';

export const counts = { yielded: 0 };

export default defineGenerator({
  name: 'burst',
  options: fields({ count: number({ min: 1, whole: true }), keys: number({ min: 1, whole: true, otherwise: 1 }) }),
  async *generate({ count, keys }) {
    for (let index = 0; index < count; index += 1) {
      counts.yielded += 1;
      yield { type: 'burst', id: String(index), partitionkey: `k${index % keys}`, data: { index } };
    }
  },
});
