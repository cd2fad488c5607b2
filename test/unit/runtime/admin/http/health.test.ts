import { toPeerId } from '../../../../../core/ids.ts';
import { HEALTH_CHECKS, health } from '../../../../../runtime/admin/http/health.ts';
import type { ReplicaView } from '../../../../../runtime/admin/replica-view.ts';
import { replicaViewOf } from '../../../../support/replica-view.ts';
import { World } from '../../../../support/server-harness.ts';
import { assert, suite } from '../../../../support/suite.ts';

const probing = suite('admin/http/health');
const voters = [1, 2, 3].map(toPeerId);

function probe(view: ReplicaView, path: '/livez' | '/readyz', detail: 'brief' | 'verbose' = 'brief') {
  return health(view, HEALTH_CHECKS.get(path) ?? [], detail);
}

probing('a replica without a quorum is live, and not ready for want of one', () => {
  const world = new World({ voters: 3 });
  for (const id of [2, 3]) world.kill(id);
  world.advance(2000);
  const view = replicaViewOf(world.replica(1), { voters });
  assert.equal(probe(view, '/livez'), { status: 200, text: 'ok\n' });
  assert.equal(probe(view, '/readyz'), { status: 503, text: 'not ok: quorum: no quorum: looking for a leader\n' });
});

probing('every reason is named, on one line, or as a list', () => {
  const world = new World({ voters: 3 });
  for (const id of [2, 3]) world.kill(id);
  world.advance(2000);
  const view = replicaViewOf(world.replica(1), { voters, storageProblem: 'no space left' });
  assert.is(probe(view, '/readyz').text, 'not ok: quorum: no quorum: looking for a leader; storage: no space left\n');
  assert.is(
    probe(view, '/readyz', 'verbose').text.split('\n').slice(0, 3).join('\n'),
    '[+] thread ok\n[-] quorum: no quorum: looking for a leader\n[-] storage: no space left',
  );
});

probing('a full disk alone makes a served replica not ready, and keeps it live', () => {
  const view = replicaViewOf(new World().replica(1), { voters: [toPeerId(1)], storageProblem: 'no space left' });
  assert.equal(probe(view, '/readyz'), { status: 503, text: 'not ok: storage: no space left\n' });
  assert.is(probe(view, '/livez').status, 200);
});

probing.run();
