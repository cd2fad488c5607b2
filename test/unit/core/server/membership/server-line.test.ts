import { parseServerLine } from '../../../../../core/server/membership/server-line.ts';
import { assert, suite } from '../../../../support/suite.ts';

const serverLine = suite('server/server-line');

serverLine('a server has a host and two ports, perhaps a role, perhaps a client address', () => {
  assert.equal(parseServerLine('a:1:2'), {
    role: 'participant',
    addresses: ['a:1', 'a:2'],
    hasClientAddress: false,
  });
  assert.equal(parseServerLine('a:1:2:observer;b:3'), {
    role: 'observer',
    addresses: ['a:1', 'a:2', 'b:3'],
    hasClientAddress: true,
  });
  assert.equal(parseServerLine('[::1]:1:2:PARTICIPANT;3'), {
    role: 'participant',
    addresses: ['[::1]:1', '[::1]:2'],
    hasClientAddress: true,
  });
});

serverLine('whatever else is none', () => {
  for (const text of [
    '',
    'a',
    'a:1',
    'a:1:1',
    'a:1:2:3',
    'a:1:2:leader',
    'a:1:x',
    'a:1:65536',
    'a:1:2;',
    'a:1:2;b:x',
    'a:1:2;3;4',
  ]) {
    assert.is(parseServerLine(text), null, text);
  }
});

serverLine.run();
