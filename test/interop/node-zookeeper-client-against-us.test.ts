// timeout: 240s
/**
 * npm's node-zookeeper-client against our ports: the examples that it publishes, run as they are, and what its README
 * promises: watchers, transactions, ACLs and credentials, state events, the end of a session, and leaders that die.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import zookeeper, { type Client, type Event, type Exception } from 'node-zookeeper-client';
import { makeSessionId } from '../../core/ids.ts';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { eventually } from '../support/eventually.ts';
import { type RunningExample, startExample } from '../support/node-example.ts';
import { endSession } from '../support/session-end.ts';
import { assert, suite } from '../support/suite.ts';

const { ACL, CreateMode } = zookeeper;
const EXAMPLES = join(dirname(fileURLToPath(import.meta.resolve('node-zookeeper-client'))), 'examples');
const OPEN = ACL.OPEN_ACL_UNSAFE;

const t = suite('interop/node-zookeeper-client against us', { timeoutMs: 60_000 });
let ensemble: TestEnsemble;
/** One of the servers: what one session wrote, another one there reads at once, which this client has no sync to ask for. */
let server = '';
let clients: Client[] = [];
let examples: RunningExample[] = [];

t.before(async () => {
  ensemble = await startTestEnsemble();
  server = ensemble.servers[0] ?? '';
});
t.after.each(() => {
  for (const client of clients) client.close();
  for (const example of examples) example.kill();
  clients = [];
  examples = [];
});
t.after(() => ensemble.close());

/** Starts one of the package's examples as it is. */
function example(name: string, ...args: readonly string[]): RunningExample {
  const running = startExample(join(EXAMPLES, `${name}.js`), [server, ...args]);
  examples.push(running);
  return running;
}

async function open({ servers = server, sessionTimeout = 30_000 } = {}): Promise<Client> {
  const client = zookeeper.createClient(servers, { retries: 5, spinDelay: 50, sessionTimeout });
  clients.push(client);
  await new Promise<void>((resolve) => {
    client.once('connected', resolve);
    client.connect();
  });
  return client;
}

/** The result of a call with a callback of the form (error, value). */
function promised<Value>(call: (callback: (error: Exception | Error | null, value: Value) => void) => void) {
  return new Promise<Value>((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value)));
  });
}

function create(client: Client, path: string, text = '', mode = CreateMode.PERSISTENT): Promise<string> {
  return promised((done) => client.create(path, Buffer.from(text), OPEN, mode, done));
}

const read = (client: Client, path: string): Promise<string> =>
  promised((done) => client.getData(path, null, (error, data) => done(error, String(data))));

t('its examples create, list, change and remove znodes', async () => {
  assert.match(await example('create', '/made').ended(), 'Node: /made is successfully created.');
  assert.match(await example('create', '/made').ended(), /Failed to create node: .*NODE_EXISTS/);
  assert.match(await example('set', '/made', 'news').ended(), 'Set data "news" on node /made, version: 1.');
  assert.match(await example('mkdirp', '/made/by/steps').ended(), 'Path: /made/by/steps is successfully created.');
  // Against any server it lists one level only: it walks a list that grows under an iterator which does not look again.
  assert.match(await example('listSubTreeBFS', '/made').ended(), '["/made","/made/by"]');
  assert.match(await example('delete', '/made/by/steps').ended(), 'Node: /made/by/steps is deleted.');
  assert.match(await example('removeRecursive', '/made').ended(), 'Removed all nodes for: /made');
});

t('its example of a transaction completes', async () => {
  assert.match(await example('transaction').ended(), 'Transaction completed.');
});

t('its example of an ACL is told back what it set', async () => {
  await create(await open(), '/guarded');
  assert.match(await example('acl', '/guarded').ended(), /ACL of node: \/guarded is: \[.*"ip".*"127\.0\.0\.1".*\]/);
});

t("a znode that is its creator's alone is hidden from others, and open to whoever proves to be the same", async () => {
  const [ann, other] = [await open(), await open()];
  ann.addAuthInfo('digest', Buffer.from('ann:secret'));
  const data = Buffer.from('hers');
  await promised((done) => ann.create('/hers', data, ACL.CREATOR_ALL_ACL, CreateMode.PERSISTENT, done));
  await assert.rejects(read(other, '/hers'), /NO_AUTH/);
  await assert.rejects(
    promised((done) => other.setData('/hers', data, -1, done)),
    /NO_AUTH/,
  );
  other.addAuthInfo('digest', Buffer.from('ann:secret'));
  assert.is(await read(other, '/hers'), 'hers');
  const acl = await promised<InstanceType<typeof ACL>[]>((done) => other.getACL('/hers', done));
  assert.equal(
    acl.map(({ permission, id }) => `${id.scheme}:${id.id}:${permission}`),
    ['digest:ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=:31'],
  );
});

t('its examples with watchers follow a znode from its creation to its end', async () => {
  const client = await open();
  const exists = example('exists', '/seen');
  await exists.until('Node /seen does not exist.');
  await create(client, '/seen', 'first');
  await exists.until('Got event: NODE_CREATED[1]@/seen');
  await exists.until('Node: /seen exists and its version is: 0');
  const get = example('get', '/seen');
  await get.until('Node: /seen has data: first, version: 0');
  await promised((done) => client.setData('/seen', Buffer.from('second'), -1, done));
  await get.until('Got event: NODE_DATA_CHANGED[3]@/seen');
  await get.until('Node: /seen has data: second, version: 1');
  await exists.until('Node: /seen exists and its version is: 1');
  const list = example('list', '/seen');
  await list.until('Children of node: /seen are: [].');
  await create(client, '/seen/child');
  await list.until('Got watcher event: NODE_CHILDREN_CHANGED[4]@/seen');
  await list.until('Children of node: /seen are: ["child"].');
  await promised((done) => client.removeRecursive('/seen', -1, (error) => done(error, null)));
  await get.until('Got event: NODE_DELETED[2]@/seen');
  await exists.until('Got event: NODE_DELETED[2]@/seen');
});

t('its watchers fire once each, and only for what they watch', async () => {
  const client = await open();
  await create(client, '/watched');
  const events: string[] = [];
  const note = ({ name, path }: Event): void => void events.push(`${name} ${path}`);
  await promised((done) => client.exists('/watched/later', note, done));
  await promised((done) => client.getChildren('/watched', note, done));
  await create(client, '/watched/later');
  await promised((done) => client.setData('/watched/later', Buffer.from('x'), 0, done));
  await create(client, '/watched/latest');
  assert.equal(events.sort(), ['NODE_CHILDREN_CHANGED /watched', 'NODE_CREATED /watched/later']);
});

t('a transaction that fails changes nothing and says which op was to blame', async () => {
  const client = await open();
  await create(client, '/kept', 'as it was');
  const transaction = client.transaction().setData('/kept', Buffer.from('changed')).create('/kept');
  const error = await new Promise<unknown>((resolve) => transaction.commit((reason) => resolve(reason)));
  assert.match(String(error), 'NODE_EXISTS');
  assert.is(await read(client, '/kept'), 'as it was');
});

t('its errors are the ones that it knows by name', async () => {
  const client = await open();
  await create(client, '/parent');
  await create(client, '/parent/child');
  const missing = promised((done) => client.getData('/missing', null, done));
  await assert.rejects(missing, /NO_NODE/);
  await assert.rejects(create(client, '/missing/child'), /NO_NODE/);
  await assert.rejects(
    promised((done) => client.setData('/parent', Buffer.from('x'), 7, done)),
    /BAD_VERSION/,
  );
  await assert.rejects(
    promised((done) => client.remove('/parent', -1, (error) => done(error, null))),
    /NOT_EMPTY/,
  );
});

t('sequential ephemerals are numbered, belong to its session and go with it', async () => {
  const [owner, other] = [await open(), await open()];
  await create(owner, '/queue');
  const made = [];
  for (let count = 0; count < 3; count++) {
    made.push(await create(owner, '/queue/item-', '', CreateMode.EPHEMERAL_SEQUENTIAL));
  }
  assert.equal(
    made,
    [0, 1, 2].map((number) => `/queue/item-000000000${number}`),
  );
  owner.close();
  const children = (): Promise<string[]> => promised((done) => other.getChildren('/queue', null, done));
  await eventually(async () => (await children()).length === 0);
});

t('it hears that its session has ended', async () => {
  const client = await open();
  const states: string[] = [];
  client.on('state', ({ name }) => states.push(name));
  const expired = new Promise<void>((resolve) => client.once('expired', resolve));
  const id = client.getSessionId();
  const port = Number(ensemble.servers[0]?.split(':')[1]);
  await endSession(port, makeSessionId(id.readInt32BE(0), id.readInt32BE(4)), client.getSessionPassword());
  await expired;
  assert.is(states.at(-1), 'EXPIRED');
});

t('its session, ephemeral and writes outlive the death of every replica, leaders among them', async () => {
  const client = await open({ servers: ensemble.connectString, sessionTimeout: 20_000 });
  const states: string[] = [];
  client.on('state', ({ name }) => states.push(name));
  const session = client.getSessionId().toString('hex');
  await create(client, '/mine', '', CreateMode.EPHEMERAL);
  await create(client, '/counted');
  const kills = ['leader', 1, 2, 3] as const;
  for (const [count, replica] of kills.entries()) {
    const killed = ensemble.kill(replica);
    // Retried by the client when its connection is lost in between: it may then find its own write, and say so.
    await create(client, `/counted/${count}`).catch((error: unknown) => assert.match(String(error), 'NODE_EXISTS'));
    await killed;
    await ensemble.settled();
  }
  assert.is(client.getSessionId().toString('hex'), session);
  const children = await promised<string[]>((done) => client.getChildren('/counted', null, done));
  assert.equal(children.sort(), ['0', '1', '2', '3']);
  assert.ok(await promised((done) => client.exists('/mine', null, done)));
  // Whichever replica it was connected to has died once.
  assert.equal([...new Set(states)].sort(), ['DISCONNECTED', 'SYNC_CONNECTED']);
});

t.run();
