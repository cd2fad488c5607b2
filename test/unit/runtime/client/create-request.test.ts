import { EnsembleError } from '../../../../core/errors.ts';
import { OpCode } from '../../../../core/jute/op-code.ts';
import { type CreateOptions, makeCreate } from '../../../../runtime/client/create-request.ts';
import { Chroot } from '../../../../runtime/client/path.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/create-request');

function make(path: string, options: CreateOptions = {}) {
  return makeCreate({ path, data: 'x', options, chroot: new Chroot('/app'), plainOp: OpCode.create2 });
}

t('each mode has its op and its flags', () => {
  const expected = {
    persistent: [OpCode.create2, 0],
    ephemeral: [OpCode.create2, 1],
    persistentSequential: [OpCode.create2, 2],
    ephemeralSequential: [OpCode.create2, 3],
    container: [OpCode.createContainer, 4],
  } as const;
  for (const [mode, [op, flags]] of Object.entries(expected)) {
    const made = make('/a', { mode: mode as keyof typeof expected });
    assert.equal([made.type, made.flags], [op, flags], mode);
    assert.is(made.path, '/app/a');
  }
  for (const [mode, flags] of [
    ['persistentWithTtl', 5],
    ['persistentSequentialWithTtl', 6],
  ] as const) {
    const made = make('/a', { mode, ttlMs: 1000 });
    assert.is(made.type, OpCode.createTTL);
    assert.is(made.flags, flags);
    assert.is('ttl' in made ? made.ttl : null, 1000);
  }
});

t('a sequential path may end in a slash, another may not', () => {
  assert.is(make('/a/', { mode: 'ephemeralSequential' }).path, '/app/a/');
  assert.throws(() => make('/a/'), isBadArguments);
});

t('a time to live is needed by the modes that have one, and refused by the others', () => {
  assert.throws(() => make('/a', { mode: 'persistentWithTtl' }), isBadArguments);
  assert.throws(() => make('/a', { ttlMs: 5 }), isBadArguments);
  for (const ttlMs of [0, -1, 1.5, 2 ** 40]) {
    assert.throws(() => make('/a', { mode: 'persistentWithTtl', ttlMs }), isBadArguments);
  }
  assert.ok(make('/a', { mode: 'persistentWithTtl', ttlMs: 2 ** 40 - 1 }));
});

function isBadArguments(error: unknown): boolean {
  return error instanceof EnsembleError && error.code === 'BAD_ARGUMENTS';
}

t.run();
