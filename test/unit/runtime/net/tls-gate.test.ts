/** A client port that speaks TLS: who gets in, as whom, and what becomes of the others. */
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { subjectOfCertificate } from '../../../../core/auth/certificate-subject.ts';
import { ClientPort } from '../../../../runtime/net/client-port.ts';
import type { TlsGateOptions } from '../../../../runtime/net/tls-gate.ts';
import { makeAuthority } from '../../../support/certificates.ts';
import { eventually } from '../../../support/eventually.ts';
import { assert, suite } from '../../../support/suite.ts';

const gate = suite('net/tls-gate');

const authority = makeAuthority();
const server = authority.issue('server');
const client = authority.issue('client');
const stranger = makeAuthority('another authority').issue('client');

interface Served {
  readonly subject: string | null;
  readonly peer: string;
  text: string;
  isClosed: boolean;
}

interface OpenPort {
  readonly port: number;
  readonly served: Served[];
  readonly log: string[];
  readonly failures: () => number;
}

let closing: (() => Promise<void>)[] = [];
gate.after.each(async () => {
  await Promise.all(closing.map((close) => close()));
  closing = [];
});

/** A port that answers each chunk with its own text. */
async function openPort(
  clientAuth: TlsGateOptions['settings']['clientAuth'],
  options: Partial<TlsGateOptions> = {},
): Promise<OpenPort> {
  const served: Served[] = [];
  const log: string[] = [];
  let failureCount = 0;
  const context = { key: server.key, cert: server.cert, ca: authority.cert };
  const port = await ClientPort.listen({
    host: '127.0.0.1',
    port: 0,
    accept: (carrier) => {
      const subject = carrier.certificate === null ? null : subjectOfCertificate(carrier.certificate);
      const one: Served = { subject, peer: carrier.peer, text: '', isClosed: false };
      served.push(one);
      return {
        onChunk: (chunk) => {
          one.text += chunk.toString();
          carrier.send(Buffer.from(chunk));
        },
        onDrain: () => undefined,
        onEnd: () => undefined,
        onClose: () => {
          one.isClosed = true;
        },
      };
    },
    tls: {
      settings: { context, clientAuth },
      mode: 'tls',
      log: (_level, message) => log.push(message),
      onAuthFailed: () => {
        failureCount += 1;
      },
      ...options,
    },
  });
  closing.push(() => port.close());
  return { port: port.port, served, log, failures: () => failureCount };
}

/** Says hello and waits for the echo; null when the connection ends before. */
async function hello(socket: Socket): Promise<string | null> {
  socket.on('error', () => undefined);
  socket.write('hello');
  const answer = await new Promise<string | null>((resolve) => {
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    socket.once('close', () => resolve(null));
  });
  socket.destroy();
  return answer;
}

/** A reset is an end like any other. */
function ended(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.resume().once('close', () => resolve()));
}

function tls({ port }: OpenPort, options: ConnectionOptions = {}): TLSSocket {
  return connectTls({ port, host: '127.0.0.1', ca: authority.cert, ...options });
}

function plain({ port }: OpenPort): Socket {
  return connectPlain({ port, host: '127.0.0.1' });
}

gate('a certificate is asked for, and its subject comes with the connection', async () => {
  const port = await openPort('need');
  assert.is(await hello(tls(port, client)), 'hello');
  assert.is(port.served[0]?.subject, 'CN=client');
  assert.match(port.served[0]?.peer ?? '', /^127\.0\.0\.1:\d+$/);
  assert.equal(port.log, []);
});

for (const [who, options, reason] of [
  ['who shows none', {}, 'it has shown no certificate'],
  ['whom another authority vouches for', stranger, 'its certificate is not good: '],
] as [string, ConnectionOptions, string][]) {
  gate(`where a certificate is needed, nobody ${who} gets in, and the log names the peer`, async () => {
    const port = await openPort('need');
    assert.is(await hello(tls(port, options)), null);
    await eventually(() => port.log.length > 0);
    assert.match(port.log[0] ?? '', /^closing the connection of 127\.0\.0\.1:\d+: /);
    assert.match(port.log[0] ?? '', reason);
    assert.is(port.failures(), 1);
    assert.is(port.served.length, 0);
    assert.is(await hello(tls(port, client)), 'hello', 'and nobody else notices');
  });
}

gate('where a certificate is only wanted, none is good enough, and a wrong one is not', async () => {
  const port = await openPort('want');
  assert.is(await hello(tls(port)), 'hello');
  assert.is(await hello(tls(port, client)), 'hello');
  assert.is(await hello(tls(port, stranger)), null);
  assert.equal(
    port.served.map(({ subject }) => subject),
    [null, 'CN=client'],
  );
  await eventually(() => port.failures() === 1);
  assert.match(port.log.join(), 'its certificate is not good');
});

gate('where no certificate is asked for, none is looked at', async () => {
  const port = await openPort('none');
  assert.is(await hello(tls(port, client)), 'hello');
  assert.is(port.served[0]?.subject, null);
});

gate('a certificate is looked at again when a client comes back', async () => {
  const port = await openPort('need');
  const first = tls(port, { ...client, maxVersion: 'TLSv1.2' });
  const [session] = await Promise.all([once(first, 'secureConnect').then(() => first.getSession()), hello(first)]);
  assert.is(
    await hello(tls(port, { ...client, maxVersion: 'TLSv1.2', ...(session === undefined ? {} : { session }) })),
    'hello',
  );
  assert.equal(
    port.served.map(({ subject }) => subject),
    ['CN=client', 'CN=client'],
  );
});

gate('what is no handshake ends its connection only', async () => {
  const port = await openPort('need');
  const other = tls(port, client);
  await once(other, 'secureConnect');
  for (const bytes of ['ruok\n', '\x16\x03\x01\x00\x05hello', '\0\0\0\x2d\0\0\0\0']) {
    const socket = plain(port);
    socket.write(bytes, 'latin1');
    await ended(socket);
  }
  await eventually(() => port.failures() === 3);
  assert.is(await hello(other), 'hello');
});

gate('who does not finish the handshake is not waited for', async () => {
  const port = await openPort('need', { patienceMs: 50 });
  const socket = plain(port);
  socket.write('\x16');
  await ended(socket);
  await eventually(() => port.log.length > 0);
  assert.match(port.log[0] ?? '', /TLS handshake failed/);
});

gate('only so many may be shaking hands at once; those who are through do not count', async () => {
  const port = await openPort('need', { strangersMax: 1 });
  const through = tls(port, client);
  await once(through, 'secureConnect');
  await eventually(() => port.served.length === 1);
  const slow = plain(port);
  slow.write('\x16');
  await once(slow, 'connect');
  await ended(plain(port));
  assert.match(port.log.at(-1) ?? '', '1 others are still shaking hands');
  slow.destroy();
  await eventually(async () => (await hello(tls(port, client))) === 'hello');
  assert.is(await hello(through), 'hello');
});

gate('who hangs up in the middle is mentioned; who only looks in is not', async () => {
  const port = await openPort('need');
  const looking = plain(port);
  await once(looking, 'connect');
  looking.destroy();
  const distrustful = tls(port, { ...client, ca: makeAuthority('its own').cert });
  await ended(distrustful);
  await eventually(() => port.log.length > 0);
  assert.match(port.log[0] ?? '', /127\.0\.0\.1:\d+/);
  assert.is(port.log.length, 1);
});

gate('one port takes plain connections and those through TLS, told apart by the first byte', async () => {
  const port = await openPort('need', { mode: 'detect' });
  assert.is(await hello(plain(port)), 'hello');
  assert.is(await hello(tls(port, client)), 'hello');
  assert.equal(
    port.served.map(({ subject }) => subject),
    [null, 'CN=client'],
  );
  assert.is(await hello(tls(port)), null);
});

gate('who says nothing on such a port is not waited for', async () => {
  const port = await openPort('need', { mode: 'detect', patienceMs: 50 });
  await ended(plain(port));
  await eventually(() => port.log.length > 0);
  assert.match(port.log[0] ?? '', 'it has said nothing within 50 ms');
});

gate('much arrives whole and in order, in both directions, from the first chunk on', async () => {
  const port = await openPort('need', { mode: 'detect' });
  const text = Array.from({ length: 50_000 }, (_, index) => `${index} `).join('');
  for (const socket of [plain(port), tls(port, client)]) {
    let echo = '';
    socket.on('data', (chunk: Buffer) => {
      echo += chunk.toString();
    });
    socket.write(text);
    await eventually(() => echo.length >= text.length);
    assert.ok(echo === text);
    socket.destroy();
  }
});

gate('closing the port ends every connection, whatever it has come to', async () => {
  const port = await openPort('need');
  const sockets = [plain(port), tls(port, client)];
  const ends = sockets.map(ended);
  await eventually(() => port.served.length === 1);
  await closing.pop()?.();
  await Promise.all(ends);
  await eventually(() => port.served[0]?.isClosed === true);
});

gate.run();
