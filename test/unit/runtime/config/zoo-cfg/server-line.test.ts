import { parseServerLine } from '../../../../../runtime/config/zoo-cfg/server-line.ts';
import { assert, suite } from '../../../../support/suite.ts';

const t = suite('runtime/config/zoo-cfg/server-line');

t('every form of the line is understood', () => {
  const address = { host: 'zoo1', quorumPort: 2888, electionPort: 3888 };
  assert.equal(parseServerLine('zoo1:2888:3888'), { addresses: [address], role: 'participant', client: null });
  assert.equal(parseServerLine('zoo1:2888:3888:observer'), { addresses: [address], role: 'observer', client: null });
  assert.equal(parseServerLine('zoo1:2888:3888:participant;2181')?.client, { host: null, port: 2181 });
  assert.equal(parseServerLine('zoo1:2888:3888;0.0.0.0:2181')?.client, { host: '0.0.0.0', port: 2181 });
  assert.equal(parseServerLine('[::1]:2888:3888;[::]:2181'), {
    addresses: [{ host: '::1', quorumPort: 2888, electionPort: 3888 }],
    role: 'participant',
    client: { host: '::', port: 2181 },
  });
  assert.is(parseServerLine('zoo1:2888:3888|zoo1b:2889:3889')?.addresses.length, 2);
});

t('what is no server line is none', () => {
  for (const text of [
    '',
    'zoo1',
    'zoo1:2888',
    'zoo1:2888:x',
    'zoo1:2888:70000',
    'zoo1:1:2:leader',
    'zoo1:1:2;',
    'zoo1:1:2;a:b:1',
  ]) {
    assert.is(parseServerLine(text), null, text);
  }
});

t.run();
