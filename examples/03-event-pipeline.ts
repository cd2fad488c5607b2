/**
 * A pipeline from an interval to a znode, seen from both ends: E = G(t), P = T(E), H = P(E).
 *
 * Run it: node dist/examples/03-event-pipeline.js
 */

import { filter, firstValueFrom, map } from 'rxjs';
import { start } from 'threadkeeper';

const runtime = await start({
  config: {
    ensemble: { clientPort: 0, inMemory: true },
    pipelines: [
      {
        name: 'ticks',
        topic: 'ticks',
        generator: { use: 'interval', options: { everyMs: 100 } },
        propagator: { use: 'memory' },
        handler: { use: 'znode-aggregate', options: { root: '/examples/ticks', value: 'data.tick' } },
      },
    ],
  },
});

// One end: the events, as they are published.
runtime.events('ticks').subscribe(({ type, time, data }) => console.log(time, type, data));

// The other end: what a pool thread made of them, in a znode that every ZooKeeper client can read.
const total = await firstValueFrom(
  runtime.watch('/examples/ticks/total').pipe(
    map(({ data }) => JSON.parse(data?.toString() || '{}')),
    filter(({ count }) => count >= 10),
  ),
);
console.log('/examples/ticks/total', total);

await runtime.close();
