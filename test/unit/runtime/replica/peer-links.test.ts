import type { MessagePort } from 'node:worker_threads';
import { type PeerId, toPeerId } from '../../../../core/ids.ts';
import type { PeerMessage } from '../../../../core/jute/quorum.ts';
import { ZXID_ZERO } from '../../../../core/zxid.ts';
import { makeLinkPorts, openPortLink } from '../../../../runtime/bus/port-link.ts';
import { PeerLinks } from '../../../../runtime/replica/peer-links.ts';
import { eventually } from '../../../support/eventually.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('replica/peer-links');
const ONE = toPeerId(1);
const TWO = toPeerId(2);

class Replica {
  readonly seen: string[] = [];
  readonly links = new PeerLinks({
    onMessage: (from) => void this.seen.push(`message of ${from}`),
    onUp: (peer) => void this.seen.push(`${peer} up`),
    onDown: (peer) => void this.seen.push(`${peer} down`),
  });

  take(peer: PeerId, port: MessagePort): void {
    this.links.add(peer, openPortLink(port));
  }
}

const PING: PeerMessage = { type: 'packet', stream: 1, packet: { type: 'ping', zxid: ZXID_ZERO, sessions: [] } };

t('a link is up for each end once the other end has it too, before any message', async () => {
  const [one, two] = [new Replica(), new Replica()];
  const { port1, port2 } = makeLinkPorts();
  one.take(TWO, port1);
  // The thread of the other still boots: however long that takes, nobody waits for it.
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(one.seen, []);
  two.take(ONE, port2);
  two.links.send(ONE, PING);
  two.links.flush();
  await eventually(() => one.seen.length === 2 && two.seen.length === 1);
  assert.equal(one.seen, ['2 up', 'message of 2']);
  assert.equal(two.seen, ['1 up']);
  one.links.close();
  await eventually(() => two.seen.at(-1) === '1 down');
});

t('the end of a link that never came up is told to nobody', async () => {
  const one = new Replica();
  const { port1, port2 } = makeLinkPorts();
  one.take(TWO, port1);
  port2.close();
  await eventually(() => one.links.get(TWO) === undefined);
  assert.equal(one.seen, []);
});

t('a new link to a peer takes the place of the old one, whose end is told once', async () => {
  const [one, two, successor] = [new Replica(), new Replica(), new Replica()];
  const first = makeLinkPorts();
  one.take(TWO, first.port1);
  two.take(ONE, first.port2);
  await eventually(() => one.seen.length === 1);
  const second = makeLinkPorts();
  one.take(TWO, second.port1);
  successor.take(ONE, second.port2);
  await eventually(() => one.seen.length === 3);
  assert.equal(one.seen, ['2 up', '2 down', '2 up']);
  one.links.close();
  await eventually(() => successor.seen.at(-1) === '1 down');
});

t.run();
