import { toPeerId } from '../../../../core/ids.ts';
import { isQuorum, quorumSize, quorumZxid } from '../../../../core/zab/quorum.ts';
import { makeZxid } from '../../../../core/zxid.ts';
import { assert, suite } from '../../../support/suite.ts';

const quorum = suite('zab/quorum');

/** All subsets of 1 … n, as bit sets. */
function subsets(count: number): number[] {
  return Array.from({ length: 2 ** count }, (_, bits) => bits);
}

quorum('any two quorums share a peer, and no smaller number would do', () => {
  for (let count = 1; count <= 7; count++) {
    const voters = Array.from({ length: count }, (_, index) => toPeerId(index + 1));
    const quorums = subsets(count).filter((bits) => isQuorum(voters, (voter) => (bits & (1 << (voter - 1))) !== 0));
    assert.ok(
      quorums.every((a) => quorums.every((b) => (a & b) !== 0)),
      `${count} voters`,
    );
    assert.ok(quorums.length === 2 ** count / 2 || count % 2 === 0, `${count} voters`);
    assert.is(quorumSize(count), Math.min(...quorums.map((bits) => bits.toString(2).replaceAll('0', '').length)));
  }
});

quorum('the zxid of a quorum is the largest that enough have reached, whatever the order', () => {
  for (let code = 0; code < 5 ** 5; code++) {
    const counters = [0, 1, 2, 3, 4].map((index) => Math.floor(code / 5 ** index) % 5);
    const reached = [4, 3, 2, 1, 0].find((value) => counters.filter((counter) => counter >= value).length >= 3) ?? 0;
    const found = quorumZxid(counters.map((counter) => makeZxid(1, counter)));
    if (found !== makeZxid(1, reached)) assert.is(found, makeZxid(1, reached), counters.join(' '));
  }
});

quorum.run();
