/** A handler that does what each event's data says: `ok`, `throw`, `hang`, `eat` (memory), `exit`, `reject`, `nonsense`. */

import { defineHandler } from 'threadkeeper/plugin';

function doAs(order: unknown): unknown {
  switch (order) {
    case 'throw':
      throw new RangeError('told to throw');
    case 'hang':
      for (;;);
    case 'eat': {
      const eaten: unknown[] = [];
      // Bit by bit, as leaks go. Memory that runs out inside one built-in call ends the whole process on Node.js 24.
      for (;;) eaten.push({ eaten: [eaten.length] });
    }
    case 'exit':
      process.exit(7);
      break;
    case 'nonsense':
      return { znodes: [{ type: 'put', path: 'no-slash', data: '' }] };
    default:
      return undefined;
  }
}

export default defineHandler({
  name: 'faulty',
  create: (_options, { pipeline }) => ({
    handle(event) {
      const told = event.data as { readonly do?: string };
      const wrong = doAs(told.do) as Record<string, never> | undefined;
      if (wrong !== undefined) return wrong;
      const field = event.partitionkey ?? 'none';
      return {
        znodes: [
          { type: 'combine', path: `/handled/${pipeline}`, fields: { [field]: { by: 'sum', value: 1 } } },
          { type: 'put', path: `/last/${pipeline}`, data: event.id },
        ],
      };
    },
  }),
});
