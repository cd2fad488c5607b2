/**
 * A majority that has lost its memory elects nobody: what is left of the ensemble serves reads to whoever is content with
 * that, where the configuration says so.
 */
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type ConnectOptions, Conversation } from '../support/conversation.ts';
import { eventually } from '../support/eventually.ts';
import { RawConnection } from '../support/raw-connection.ts';
import type { Request } from '../support/requests.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('faults/read-only', { timeoutMs: 60_000 });
let ensemble: TestEnsemble | null = null;

t.after.each(async () => {
  await ensemble?.close();
  ensemble = null;
});

/** What replica 1 says to a handshake and these requests, one line each; `closed` where it hangs up. */
async function talk(server: string, handshake: ConnectOptions, requests: readonly Request[] = []): Promise<string[]> {
  const connection = await RawConnection.open(Number(server.split(':')[1]));
  const conversation = new Conversation();
  connection.sendFrame((writer) => writer.writeBytes(conversation.connectRequest(handshake)));
  for (const request of requests) connection.sendFrame((writer) => writer.writeBytes(conversation.request(request)));
  for (const frame of await connection.untilFrames(1 + requests.length)) conversation.onPayload(frame);
  if (connection.isClosed) conversation.onClosed();
  connection.close();
  await connection.closed;
  return conversation.take();
}

t(
  'the survivor of a lost majority serves reads to clients that ask for a read-only server, and only to them',
  async () => {
    ensemble = await startTestEnsemble({ readOnlyMode: true });
    const [survivor = ''] = ensemble.servers;
    const client = ensemble.client();
    await client.create('/kept', 'data');
    await client.sync('/');
    await client.close();
    await Promise.all([ensemble.kill(2), ensemble.kill(3)]);
    await eventually(
      async () => {
        const [greeting] = await talk(survivor, { readOnly: true });
        return greeting === 'connected 10000 read-only';
      },
      { withinMs: 30_000, everyMs: 100 },
    );
    const answers = await talk(survivor, { readOnly: true }, [
      { op: 'exists', path: '/kept' },
      { op: 'create', path: '/refused' },
    ]);
    assert.match(answers[1] ?? '', /^#1 exists .*len4/);
    assert.match(answers[2] ?? '', /^#2 create .* NOT_READ_ONLY$/);
    for (const readOnly of [false, null]) assert.equal(await talk(survivor, { readOnly }), ['closed']);
  },
);

t.run();
