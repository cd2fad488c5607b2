/** A handler: greets the subject of each event, in a znode of its own. Run by `04-own-handler.ts`. */

import { defineHandler, fields, text } from 'threadkeeper/plugin';

export default defineHandler({
  name: 'greeter',
  options: fields({ greeting: text('hello') }),
  create: ({ greeting }) => ({
    // The answer is data, not calls: the runtime applies it, together with that of other events, and exactly once.
    handle({ subject }) {
      if (subject === undefined) throw new Error('nobody to greet');
      return { znodes: [{ type: 'put', path: `/greetings/${subject}`, data: `${greeting}, ${subject}` }] };
    },
  }),
});
