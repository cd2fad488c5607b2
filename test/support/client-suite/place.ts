/** Where a test of the client suite takes place: servers, a znode of its own, clients that are closed after it. */

import { type ClientOptions, connect, type ObservableClient } from '../../../runtime/client/index.ts';
import { assert, type Suite } from '../suite.ts';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.ts';

export interface SuiteServers {
  /** `127.0.0.1:port,…`; one server or several. */
  readonly connectString: string;
  /** TCP port of the first server. Default: the one in `connectString`. */
  readonly firstPort?: number;
  /** Makes a client for one or all of the servers in `connectString`. Default: over TCP. */
  readonly connect?: (connectString: string, options: ClientOptions) => ObservableClient;
  /** What the clients ask for; it has to be granted. Default 6000 ms. Some tests last three times as long. */
  readonly sessionTimeoutMs?: number;
  stop(): Promise<void>;
}

/** Servers of one ensemble, of which the suite ends one at a time. */
export interface MortalServers extends SuiteServers {
  /** Ends the server at `index` (from 0, in the connect string's order) without warning. */
  kill(index: number): Promise<void>;
  /** Starts it again, and waits until it serves. */
  restart(index: number): Promise<void>;
}

export interface Place<Servers extends SuiteServers = SuiteServers> {
  readonly servers: Servers;
  /** In front of the first server. */
  readonly proxy: TcpProxy;
  /** A znode that exists, for this test alone. */
  readonly root: string;
  open(connectString?: string, options?: ClientOptions): ObservableClient;
  /** A client whose connection the test can cut. */
  openThroughProxy(): ObservableClient;
}

export type MortalPlace = Place<MortalServers>;

export type AddTest<P> = (claim: string, body: (place: P) => Promise<void>) => void;

const SESSION_TIMEOUT_MS = 6000;

/** Starts the servers before the suite's tests and stops them after. @returns what adds a test at a place of its own */
export function settle<Servers extends SuiteServers>(
  t: Suite,
  startServers: () => Promise<Servers>,
): AddTest<Place<Servers>> {
  let started: { readonly servers: Servers; readonly proxy: TcpProxy } | undefined;
  let clients: ObservableClient[] = [];
  let testCount = 0;

  t.before(async () => {
    const servers = await startServers();
    const { firstPort = Number(servers.connectString.split(',')[0]?.split(':')[1]) } = servers;
    started = { servers, proxy: await startTcpProxy(firstPort) };
  });
  t.after.each(async () => {
    started?.proxy.restore();
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
  });
  t.after(async () => {
    await started?.proxy.stop();
    await started?.servers.stop();
  });

  return (claim, body) =>
    t(claim, async () => {
      if (started === undefined) throw new Error('the servers were not started');
      const { servers, proxy } = started;
      const { sessionTimeoutMs = SESSION_TIMEOUT_MS, connect: connectTo = connect } = servers;
      testCount += 1;
      const root = `/suite-${testCount}`;
      const open = (connectString = servers.connectString, options: ClientOptions = {}): ObservableClient => {
        const client = connectTo(connectString, { sessionTimeoutMs, ...options });
        clients.push(client);
        return client;
      };
      const openThroughProxy = (): ObservableClient => {
        const client = connect(`127.0.0.1:${proxy.port}`, { sessionTimeoutMs });
        clients.push(client);
        return client;
      };
      await open().create(root);
      // Wherever a client of the test connects, the znode is there.
      const addresses = servers.connectString.split(',');
      await Promise.all(addresses.map((address) => open(address).sync(root)));
      await body({ servers, proxy, root, open, openThroughProxy });
    });
}

export function text(data: Uint8Array | null): string {
  return data === null ? 'null' : Buffer.from(data).toString('utf8');
}

/** Repeats a create over lost connections; that it was applied although its answer was lost counts as success. */
export async function untilApplied(create: () => Promise<unknown>): Promise<void> {
  let isRepeated = false;
  for (;;) {
    try {
      await create();
      return;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'NODE_EXISTS' && isRepeated) return;
      if (code !== 'CONNECTION_LOSS') throw error;
      isRepeated = true;
    }
  }
}

export async function rejectsWith(promise: Promise<unknown>, code: string, path?: string): Promise<void> {
  const error = await assert.rejects(promise, Error);
  assert.is(codeOf(error), code);
  if (path !== undefined) assert.is(error instanceof Error && 'path' in error ? error.path : null, path);
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
