import { EnsembleError } from '../../../core/errors.ts';
import { clientZnodes, seedZnodes } from '../../../runtime/client-znodes.ts';
import { assert, suite } from '../../support/suite.ts';

const znodes = suite('runtime/client-znodes');

type Connect = Parameters<typeof clientZnodes>[0];

/** A client whose every call fails with the code, in the state given. */
function failing(code: 'SESSION_EXPIRED' | 'NO_NODE' | 'BAD_VERSION', state: 'lost' | 'closed' | 'connected') {
  const fail = () => Promise.reject(new EnsembleError(code, '/a'));
  return { state, getData: fail, multi: fail } as unknown as ReturnType<Connect>;
}

async function connectsAfter(client: ReturnType<Connect>): Promise<number> {
  let connects = 0;
  const tree = clientZnodes(() => {
    connects += 1;
    return client;
  });
  await assert.rejects(tree.read('/a'), EnsembleError);
  return connects;
}

znodes('a session that expired is replaced; a client that was closed is not', async () => {
  assert.is(await connectsAfter(failing('SESSION_EXPIRED', 'lost')), 2);
  assert.is(await connectsAfter(failing('SESSION_EXPIRED', 'closed')), 1);
});

znodes('a znode that is not there is no error, and a stale version a conflict', async () => {
  assert.is(await clientZnodes(() => failing('NO_NODE', 'connected')).read('/a'), null);
  const stale = clientZnodes(() => failing('BAD_VERSION', 'connected'));
  assert.is(await stale.commit([{ type: 'delete', path: '/a', version: 3 }]), 'conflict');
});

znodes('a connection lost while the first znodes are made leaves none of them out, and none made twice', async () => {
  const made = new Map<string, string | null>();
  let calls = 0;
  const loseEverySecond = () => {
    calls += 1;
    if (calls % 2 === 0) throw new EnsembleError('CONNECTION_LOSS');
  };
  const client = {
    exists: async (path: string) => {
      loseEverySecond();
      return made.has(path) ? {} : null;
    },
    // The reply is lost, not the write.
    create: async (path: string, text: string | null) => {
      assert.not.ok(made.has(path));
      made.set(path, text);
      loseEverySecond();
    },
  } as unknown as Parameters<typeof seedZnodes>[0];
  await seedZnodes(client, { '/a/b': 'x', '/c': 'y' });
  assert.equal(
    [...made],
    [
      ['/a', null],
      ['/a/b', 'x'],
      ['/c', 'y'],
    ],
  );
});

znodes.run();
