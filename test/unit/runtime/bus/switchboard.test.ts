import { InvariantViolation } from '../../../../core/assert.ts';
import type { Link } from '../../../../runtime/bus/message-bus.ts';
import { openPortLink } from '../../../../runtime/bus/port-link.ts';
import { Switchboard } from '../../../../runtime/bus/switchboard.ts';
import { assert, suite } from '../../../support/suite.ts';

const switchboard = suite('bus/switchboard');

switchboard('joins every pair that is connected, and names the peer to each', async () => {
  const board = new Switchboard();
  const links = new Map<string, Link>();
  for (const name of ['replica:1', 'replica:2', 'replica:3', 'client:1']) {
    board.attach(name, (peer, port) => void links.set(`${name} to ${peer}`, openPortLink(port)));
    board.connectToAll(name, (other) => other.startsWith('replica:') && name.startsWith('replica:'));
  }
  assert.is(links.size, 6);
  const got = new Promise((resolve) => {
    links.get('replica:2 to replica:3')?.onFrames((bytes, start, end) => resolve(bytes.toString('latin1', start, end)));
  });
  links.get('replica:3 to replica:2')?.send(Buffer.from('hello'));
  assert.is(await got, 'hello');
  for (const link of links.values()) link.close();
});

switchboard('refuses an endpoint twice, and a link to nobody or to oneself', () => {
  const board = new Switchboard();
  board.attach('main', () => {});
  assert.throws(() => board.attach('main', () => {}), InvariantViolation);
  assert.throws(() => board.connect('main', 'replica:1'), InvariantViolation);
  assert.throws(() => board.connect('main', 'main'), InvariantViolation);
  board.detach('main');
  board.attach('main', () => {});
});

switchboard.run();
