import { World } from '../support/server-harness.ts';
import { assert, suite } from '../support/suite.ts';

const requests = suite('scenario/requests');

requests('a client creates, reads and deletes', () => {
  const world = new World();
  const client = world.client(1);
  client.send({ op: 'create', path: '/a', data: 'hi' });
  client.send({ op: 'getData', path: '/a' });
  client.send({ op: 'delete', path: '/a' });
  world.settle();
  assert.is(client.take(), '');
});

requests('three', () => {
  const world = new World({ voters: 3 });
  const client = world.client(world.follower);
  client.send({ op: 'create', path: '/a', data: 'hi' });
  client.send({ op: 'getData', path: '/a' });
  client.send({ op: 'delete', path: '/a' });
  world.settle();
  assert.is(client.take(), '');
});

requests.run();
