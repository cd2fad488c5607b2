/**
 * A handler of your own (plugins/greeter.ts) on a pool thread, fed by your program.
 *
 * The second guest has no name: its event is tried twice and then given up, and the others never notice.
 * Run it: node dist/examples/04-own-handler.js
 */

import { filter, firstValueFrom } from 'rxjs';
import { start } from 'threadkeeper';

const use = new URL('./plugins/greeter.js', import.meta.url).href;
const handler = { use, options: { greeting: 'good evening' }, retry: { attempts: 2, delayMs: 10 } };
const runtime = await start({
  config: { ensemble: { clientPort: 0, inMemory: true }, pipelines: [{ name: 'greet', topic: 'guests', handler }] },
});

await runtime.publish('guests', [
  { type: 'arrived', subject: 'ada' },
  { type: 'arrived' },
  { type: 'arrived', subject: 'grace' },
]);

const greeting = runtime.watch('/greetings/grace').pipe(filter(({ type }) => type === 'present'));
console.log(String((await firstValueFrom(greeting)).data));

await runtime.close();
