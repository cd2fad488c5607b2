import { toPeerId } from '../../../../../core/ids.ts';
import { type EnsembleMember, ensembleConfigText } from '../../../../../core/server/membership/ensemble-config.ts';
import { assert, suite } from '../../../../support/suite.ts';

const ensembleConfig = suite('server/ensemble-config');

function member(id: number, more: Partial<EnsembleMember> = {}): EnsembleMember {
  const address = { host: '127.0.0.1', clientHost: '127.0.0.1', clientPort: 2180 + id };
  return { id: toPeerId(id), role: 'participant', ...address, ...more };
}

ensembleConfig('each member has a line, with two different ports and where its clients connect', () => {
  const observer = member(3, { role: 'observer', host: 'fe80::1', clientHost: '::' });
  assert.is(
    ensembleConfigText([member(1), member(2), observer]),
    [
      'server.1=127.0.0.1:2888:3888:participant;127.0.0.1:2181',
      'server.2=127.0.0.1:2889:3889:participant;127.0.0.1:2182',
      'server.3=[fe80::1]:2890:3890:observer;[::]:2183',
      'version=0',
    ].join('\n'),
  );
});

ensembleConfig('a server alone has none', () => {
  assert.is(ensembleConfigText([member(1)]), '');
});

ensembleConfig.run();
