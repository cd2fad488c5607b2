import { eventually } from '../../support/eventually.ts';
import { assert, suite } from '../../support/suite.ts';

const waiting = suite('support/eventually');

waiting('returns the first truthy value', async () => {
  let looks = 0;
  assert.is(await eventually(() => (++looks === 3 ? 'third' : undefined), { everyMs: 1 }), 'third');
});

waiting('a predicate that throws is not true yet', async () => {
  let looks = 0;
  const value = await eventually(
    async () => {
      if (++looks < 3) throw new Error('connection refused');
      return looks;
    },
    { everyMs: 1 },
  );
  assert.is(value, 3);
});

waiting('time running out names the condition, what was last seen, and the cause', async () => {
  const cause = new Error('connection refused');
  const failing = () => {
    throw cause;
  };
  const error = await assert.rejects(eventually(failing, { withinMs: 20, everyMs: 1 }), /did not hold within 20 ms/);
  assert.is(error.cause, cause);
  await assert.rejects(
    eventually(() => 0, { withinMs: 5, everyMs: 1 }),
    /\(\) => 0 \(last seen: 0\)/,
  );
});

waiting.run();
