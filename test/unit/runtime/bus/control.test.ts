import { ControlDownError, exposeControl, openControl } from '../../../../runtime/bus/control.ts';
import { makeControlPorts } from '../../../../runtime/bus/control-ports.ts';
import { fromPlainError, toPlainError } from '../../../../runtime/bus/plain-error.ts';
import { DirectoryInUseError } from '../../../../runtime/storage/errors.ts';
import { assert, suite } from '../../../support/suite.ts';

const control = suite('bus/control');

const api = {
  add: (a: number, b: number): number => a + b,
  refuse: (): void => {
    throw new DirectoryInUseError('/data', 17, 'process 17');
  },
  never: (): Promise<void> => new Promise(() => {}),
};

function channel() {
  const { port1, port2 } = makeControlPorts();
  exposeControl(api, port2);
  return { link: openControl<typeof api>(port1), port2 };
}

control('calls a method over there and brings its result back', async () => {
  const { link } = channel();
  assert.is(await link.call('add', 1, 2), 3);
  link.close();
});

control('brings an error back with its name, code and fields', async () => {
  const { link } = channel();
  const error = await assert.rejects(link.call('refuse'));
  assert.ok(error instanceof Error);
  const { name, message } = error;
  assert.equal(
    { ...error, name, message },
    {
      name: 'DirectoryInUseError',
      message: 'data directory /data is in use by process 17',
      code: 'DATA_DIR_IN_USE',
      path: '/data',
      pid: 17,
    },
  );
  link.close();
});

control('rejects what is under way, and every later call, when the other end is gone', async () => {
  const { link, port2 } = channel();
  let down = 0;
  link.onDown(() => {
    down += 1;
  });
  const call = link.call('never');
  assert.is(await link.call('add', 2, 2), 4);
  port2.close();
  await assert.rejects(call, ControlDownError);
  await assert.rejects(link.call('add', 1, 1), ControlDownError);
  assert.is(down, 1);
});

control('keeps causes of errors, and copes with what is no error', () => {
  const back = fromPlainError(toPlainError(new Error('outer', { cause: new RangeError('inner') })));
  assert.ok(back.cause instanceof Error);
  assert.is(back.cause.name, 'RangeError');
  assert.is(fromPlainError(toPlainError('just text')).message, 'threw just text');
});

control.run();
