import { fields, flag, number, object, oneOf, optional, record, text } from '../../../../core/hooks/options.ts';
import { assert, suite } from '../../../support/suite.ts';

const options = suite('core/hooks/options');

const schema = fields({
  file: text(),
  speed: number({ min: 0, otherwise: 1 }),
  loop: flag(false),
  mode: oneOf(['fast', 'slow'], 'fast'),
  key: optional(text()),
  groups: record(object({ by: text() })),
});

options('defaults fill what is absent', async () => {
  const result = await schema['~standard'].validate({ file: 'a' });
  assert.equal(result, { value: { file: 'a', speed: 1, loop: false, mode: 'fast', key: null, groups: {} } });
});

options('every fault is reported, with its path and what was expected', async () => {
  const given = { speed: -1, loop: 'yes', mode: 'medium', extra: 1, groups: { a: {} } };
  const { issues = [] } = await schema['~standard'].validate(given);
  const told = issues.map(({ path = [], message }) => `${path.join('.')}: ${message}`);
  assert.equal(told.sort(), [
    'extra: expected no such key (known: file, speed, loop, mode, key, groups)',
    'file: expected a text that is not empty, found nothing',
    'groups.a.by: expected a text that is not empty, found nothing',
    'loop: expected true or false, found "yes"',
    'mode: expected one of fast, slow, found "medium"',
    'speed: expected a number of 0 or more, found -1',
  ]);
});

options.run();
