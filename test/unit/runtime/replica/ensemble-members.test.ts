import { hostname } from 'node:os';
import { toPeerId } from '../../../../core/ids.ts';
import { ensembleMembers } from '../../../../runtime/replica/ensemble-members.ts';
import { assert, suite } from '../../../support/suite.ts';

const ensembleMembersSuite = suite('replica/ensemble-members');

ensembleMembersSuite('nobody is told of before every port is known', () => {
  const place = { role: 'participant', host: '127.0.0.1' } as const;
  const places = [
    { id: toPeerId(1), ...place, port: 2181 },
    { id: toPeerId(2), ...place, port: null },
  ];
  assert.is(ensembleMembers(places), null);
});

ensembleMembersSuite('who listens everywhere is found under the name of the machine', () => {
  const places = [
    { id: toPeerId(1), role: 'participant', host: '10.0.0.1', port: 2181 },
    { id: toPeerId(2), role: 'observer', host: '0.0.0.0', port: 2182 },
  ] as const;
  assert.equal(ensembleMembers(places), [
    { id: 1, role: 'participant', host: '10.0.0.1', clientHost: '10.0.0.1', clientPort: 2181 },
    { id: 2, role: 'observer', host: hostname(), clientHost: '0.0.0.0', clientPort: 2182 },
  ]);
});

ensembleMembersSuite.run();
