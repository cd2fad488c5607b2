/** A replica that finds no quorum: which words it answers all the same. */
import { toPeerId } from '../../../../../core/ids.ts';
import { FOUR_LETTER_WORDS } from '../../../../../runtime/admin/four-letter/word-names.ts';
import { answerWord } from '../../../../../runtime/admin/four-letter/words.ts';
import { replicaViewOf } from '../../../../support/replica-view.ts';
import { World } from '../../../../support/server-harness.ts';
import { assert, suite } from '../../../../support/suite.ts';

const answering = suite('admin/four-letter/words');

answering('without a quorum ruok, envi and the trace mask are answered, isro says null, the rest says so', () => {
  const world = new World({ voters: 3 });
  for (const id of [2, 3]) world.kill(id);
  world.advance(2000);
  const view = replicaViewOf(world.replica(1), { voters: [1, 2, 3].map(toPeerId) });
  const answers = FOUR_LETTER_WORDS.map((word) => [...answerWord(view, { word, argument: 0n }, ['*'])].join(''));
  const told = FOUR_LETTER_WORDS.filter(
    (_, index) => answers[index] !== 'This ZooKeeper instance is not currently serving requests\n',
  );
  assert.equal(told, ['envi', 'gtmk', 'isro', 'ruok', 'stmk']);
  assert.is(answers[FOUR_LETTER_WORDS.indexOf('isro')], 'null');
  assert.is(answers[FOUR_LETTER_WORDS.indexOf('ruok')], 'imok');
});

answering('a replica that serves reads without a quorum says so', () => {
  const world = new World({ voters: 3, readOnlyMode: true });
  for (const id of [2, 3]) world.kill(id);
  world.advance(4000);
  const view = replicaViewOf(world.replica(1), { voters: [1, 2, 3].map(toPeerId) });
  const answer = (word: 'isro' | 'srvr') => [...answerWord(view, { word, argument: 0n }, ['*'])].join('');
  assert.is(answer('isro'), 'ro');
  assert.match(answer('srvr'), /^Zookeeper version: .*\nREAD-ONLY mode; serving only read-only clients\nLatency /);
  assert.match(answer('srvr'), /^Mode: read-only$/m);
});

answering.run();
