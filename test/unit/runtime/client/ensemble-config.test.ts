import { clientConnectString, parseEnsembleConfig } from '../../../../runtime/client/ensemble-config.ts';
import { makeStat } from '../../../support/scripted-servers.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/ensemble-config');

t('servers, roles, client addresses and the version are read from the text', () => {
  const text = [
    'server.1=one:2888:3888:participant;0.0.0.0:2181',
    'server.2=[fe80::1]:2888:3888:observer;[::1]:2182',
    'server.3=three:1:2|three-b:1:2;2183',
    'server.4=four:2888:3888',
    'group.1=1:2',
    'version=1000000ff',
  ].join('\n');
  const config = parseEnsembleConfig(Buffer.from(text), makeStat());
  assert.is(config.version, 0x1000000ff);
  assert.equal(config.members, [
    { id: 1, quorumAddress: 'one:2888:3888', role: 'participant', clientAddress: { host: '0.0.0.0', port: 2181 } },
    { id: 2, quorumAddress: '[fe80::1]:2888:3888', role: 'observer', clientAddress: { host: '::1', port: 2182 } },
    {
      id: 3,
      quorumAddress: 'three:1:2|three-b:1:2',
      role: 'participant',
      clientAddress: { host: '0.0.0.0', port: 2183 },
    },
    { id: 4, quorumAddress: 'four:2888:3888', role: 'participant', clientAddress: null },
  ]);
  assert.is(clientConnectString(config), '0.0.0.0:2181,[::1]:2182,0.0.0.0:2183');
});

t('a standalone server holds nothing, which is a configuration without servers', () => {
  for (const data of [null, new Uint8Array(0)]) {
    const { text, members, version } = parseEnsembleConfig(data, makeStat());
    assert.equal([text, members, version], ['', [], null]);
  }
});

t.run();
