/**
 * The first steps with a client: a znode is created, read, watched and changed, and an ephemeral one goes with its session.
 *
 * Run it: node dist/examples/01-hello-znode.js [host:port]
 * Without an address it starts an ensemble of its own, which keeps nothing; with one, it uses that server, of
 * Threadkeeper or Apache ZooKeeper.
 */

import { start } from 'threadkeeper';
import { connect } from 'threadkeeper/client';

const address = process.argv[2];
const runtime = address === undefined ? await start({ config: { ensemble: { clientPort: 0, inMemory: true } } }) : null;
const client = runtime?.client() ?? connect(String(address));

const path = await client.create('/hello-', 'world', { mode: 'ephemeralSequential' });
console.log(`created ${path}`);

const { data, stat } = await client.getData(path, {
  watch: (event) => console.log(`watch: ${event.type} of ${event.path}`),
});
console.log(`it holds "${data}", version ${stat.version}`);

// The watch is told before the write is answered.
await client.setData(path, 'everybody', { version: stat.version });
console.log(`now it holds "${(await client.getData(path)).data}"`);

// The version has moved on, so a second write that was prepared from the first read is refused.
await client.setData(path, 'nobody', { version: stat.version }).catch((error) => console.log(`refused: ${error.code}`));

await client.close();
console.log(`closed: ${path} is gone with its session`);
await runtime?.close();
