// timeout: 120s
/** Our client and servers that it should never have met: it throws nothing, settles every call, and finds the good one. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { connect } from '../../runtime/client/index.ts';
import { startTestEnsemble } from '../../runtime/testing.ts';
import { fuzzClients } from '../fuzz/fuzz-clients.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('faults/hostile servers', { timeoutMs: 60_000 });

t(
  'whatever servers answer, each call of the client is settled once, and the next good server is understood',
  async () => {
    assert.is(await fuzzClients({ seed: 1, cases: 4000 }), null);
  },
);

/** Servers that answer everything with one thing. */
const HOSTILE: readonly (readonly [what: string, answer: Buffer])[] = [
  ['a web page', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['a frame of two gigabytes', Buffer.from('7fffffff00', 'hex')],
  ['a frame of a negative length', Buffer.from('ffffffff', 'hex')],
  ['a handshake that ends too soon', Buffer.from('0000000400000000', 'hex')],
  ['a frame without end', Buffer.concat([Buffer.from('000fffff', 'hex'), Buffer.alloc(1000)])],
];

t('a client that is given hostile servers among its servers comes to the good one', async () => {
  const ensemble = await startTestEnsemble({ replicas: 1 });
  const servers: Server[] = [];
  try {
    for (const [, answer] of HOSTILE) servers.push(await listen(answer));
    const ports = servers.map((server) => `127.0.0.1:${portOf(server)}`);
    const client = connect([...ports, ...ensemble.servers].join(','), { attemptTimeoutMs: 300 });
    assert.is(await client.create('/found', 'x'), '/found');
    assert.is(client.server, ensemble.servers[0]);
    await client.close();
  } finally {
    for (const server of servers) server.close();
    await ensemble.close();
  }
});

async function listen(answer: Buffer): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(answer));
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

t.run();
