/**
 * A setting that lives in a znode: one part of a program watches it, another changes it.
 *
 * Run it: node dist/examples/02-config-watch.js
 */

import { lastValueFrom, takeWhile, tap } from 'rxjs';
import { start } from 'threadkeeper';

const runtime = await start({ config: { ensemble: { clientPort: 0, inMemory: true }, znodes: { '/config': 'blue' } } });

// The value as it is now, then every later one. A watcher that is slow may miss a value, but never the last.
const watching = lastValueFrom(
  runtime.watch('/config').pipe(
    tap(({ data }) => console.log(`/config is ${data?.toString()}`)),
    takeWhile(({ data }) => data?.toString() !== 'red'),
  ),
  { defaultValue: null },
);

// Another client, as another process would be.
const client = runtime.client();
await client.setData('/config', 'green');
await client.setData('/config', 'red');

await watching;
await runtime.close();
