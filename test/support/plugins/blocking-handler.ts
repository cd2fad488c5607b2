/** A handler that blocks the thread that runs it for `blockMs` an event, as a runaway loop would. */

import { defineHandler, fields, number } from 'threadkeeper/plugin';

export default defineHandler({
  name: 'blocking',
  options: fields({ blockMs: number({ min: 1 }) }),
  create: ({ blockMs }) => ({
    handle() {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
      return undefined;
    },
  }),
});
