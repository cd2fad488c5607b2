/** The whole tree as one replica shows it, as text: a line for each znode, with its data and Stat. Equal texts, equal trees. */
import type { Client } from '../../runtime/client/client.ts';
import { connect } from '../../runtime/client/index.ts';
import { eventually } from './eventually.ts';
import { assert } from './suite.ts';

/** Children read at once: a fast machine writes more znodes into a tree than a client may have requests under way. */
const READ_AT_ONCE = 500;

/** Reads everything below `path`; /zookeeper only where asked for. */
export async function readTree(client: Client, path = '/'): Promise<string> {
  return (await linesOf(client, path)).join('\n');
}

async function linesOf(client: Client, path: string): Promise<string[]> {
  const [{ data, stat }, { children }] = await Promise.all([client.getData(path), client.getChildren(path)]);
  const { czxid, mzxid, pzxid, version, cversion, aversion, ephemeralOwner, numChildren, ctime, mtime } = stat;
  const bytes = data === null ? 'null' : Buffer.from(data).toString('latin1');
  const numbers = [czxid, mzxid, pzxid, version, cversion, aversion, numChildren, ctime, mtime].join(' ');
  const line = `${path} ${bytes} ${numbers} ${JSON.stringify(ephemeralOwner)}`;
  const below = children.filter((name) => path !== '/' || name !== 'zookeeper').toSorted();
  const prefix = path === '/' ? '' : path;
  const lines = [line];
  for (let at = 0; at < below.length; at += READ_AT_ONCE) {
    const names = below.slice(at, at + READ_AT_ONCE);
    lines.push(...(await Promise.all(names.map((name) => linesOf(client, `${prefix}/${name}`)))).flat());
  }
  return lines;
}

/** Every replica shows the same tree, once nobody writes any more. @param servers  `host:port` of each */
export async function assertSameTrees(servers: readonly string[]): Promise<void> {
  const clients = servers.map((server) => connect(server));
  try {
    await eventually(
      async () => {
        await Promise.all(clients.map((client) => client.sync('/')));
        const [first = '', ...others] = await Promise.all(clients.map((client) => readTree(client)));
        for (const other of others) assert.fixture(other, first);
        return true;
      },
      { withinMs: 30_000, everyMs: 100 },
    );
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}
