import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { FrameRing } from '../../bench/load/frame-ring.ts';
import { getDataFrame, XID_OFFSET } from '../../bench/load/frames.ts';
import { PipelinedConnection } from '../../bench/load/pipelined-connection.ts';
import { assert, suite } from '../../support/suite.ts';

const connection = suite('bench/pipelined-connection');

connection('never has more outstanding than its depth, and gets an answer to each', async () => {
  const server = await startServer({ closeAfter: Number.POSITIVE_INFINITY });
  const acks = await run(server.port, 100);
  assert.is(acks.count, 100);
  assert.ok(server.mostAtOnce() <= 4, `${server.mostAtOnce()} at once`);
  assert.equal(
    server.xids(),
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
  await server.stop();
});

connection('sends again what was not acknowledged when the connection is lost', async () => {
  const server = await startServer({ closeAfter: 10 });
  const acks = await run(server.port, 25);
  assert.is(acks.count, 25);
  assert.is(acks.reconnects, 2);
  await server.stop();
});

async function run(port: number, count: number): Promise<{ count: number; reconnects: number }> {
  const acks = { count: 0, reconnects: 0 };
  const under = new PipelinedConnection({
    servers: [{ host: '127.0.0.1', port }],
    firstServer: 0,
    sink: {
      onAcksArrived: () => {},
      onAck: () => void acks.count++,
      onReconnect: () => void acks.reconnects++,
    },
  });
  await under.open();
  under.begin(new FrameRing(Array.from({ length: 5 }, () => getDataFrame('/a'))), 4);
  under.allow(count);
  await under.drained();
  await under.close();
  return acks;
}

interface TestServer {
  readonly port: number;
  mostAtOnce(): number;
  xids(): readonly number[];
  stop(): Promise<void>;
}

/** Answers the handshake and every request; closes each connection once it has answered `closeAfter` of them. */
async function startServer({ closeAfter }: { closeAfter: number }): Promise<TestServer> {
  let mostAtOnce = 0;
  const xids: number[] = [];
  const server: Server = createServer((socket) => serve(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    mostAtOnce: () => mostAtOnce,
    xids: () => xids.filter((xid) => xid !== 0x7fffffff),
    stop: async () => {
      server.close();
      await once(server, 'close');
    },
  };

  function serve(socket: Socket): void {
    let pending: Buffer = Buffer.alloc(0);
    let answered = -1; // the handshake is not a request
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      let atOnce = 0;
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0) && answered < closeAfter) {
        if (answered < 0) socket.write(connectReply());
        else {
          const xid = pending.readInt32BE(XID_OFFSET);
          xids.push(xid);
          socket.write(replyTo(xid));
          atOnce++;
          if (xid === 0x7fffffff) socket.end();
        }
        answered++;
        pending = pending.subarray(4 + pending.readInt32BE(0));
      }
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      if (answered === closeAfter) socket.end();
    });
  }
}

function connectReply(): Buffer {
  const bytes = Buffer.alloc(41);
  bytes.writeInt32BE(37, 0);
  bytes.writeInt32BE(30_000, 8);
  bytes.writeInt32BE(16, 20);
  return bytes;
}

function replyTo(xid: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeInt32BE(16, 0);
  bytes.writeInt32BE(xid, 4);
  return bytes;
}

connection.run();
