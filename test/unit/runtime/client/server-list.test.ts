import { ServerList } from '../../../../runtime/client/server-list.ts';
import { assert, suite } from '../../../support/suite.ts';

const t = suite('client/server-list');

function serversOf(count: number, random: () => number = () => 0): ServerList {
  return new ServerList(
    Array.from({ length: count }, (_, index) => ({ host: `s${index}`, port: 1 })),
    { random },
  );
}

t('every server is tried before one is tried again, and only then is there a pause', () => {
  const list = serversOf(3);
  const tried: string[] = [];
  const pausesMs: number[] = [];
  for (let attempt = 0; attempt < 9; attempt++) {
    tried.push(list.current.host);
    pausesMs.push(list.onFailure());
  }
  assert.is(new Set(tried.slice(0, 3)).size, 3);
  assert.equal(tried.slice(3, 6), tried.slice(0, 3));
  assert.equal(pausesMs, [0, 0, 50, 0, 0, 100, 0, 0, 200]);
});

t('a single server is tried again at once, then with growing pauses up to two seconds', () => {
  const list = serversOf(1);
  const pausesMs = Array.from({ length: 10 }, () => list.onFailure());
  assert.equal(pausesMs, [0, 100, 200, 400, 800, 1600, 2000, 2000, 2000, 2000]);
});

t('a success begins the count anew', () => {
  const list = serversOf(2);
  for (let attempt = 0; attempt < 9; attempt++) list.onFailure();
  list.onConnected();
  assert.is(list.onFailure(), 0);
  assert.is(list.onFailure(), 50);
});

t('a pause is shortened by chance, by half at most', () => {
  const list = serversOf(2, () => 0.999);
  list.onFailure();
  const pauseMs = list.onFailure();
  assert.ok(pauseMs >= 25 && pauseMs < 26, String(pauseMs));
});

t('clients with other chances begin with other servers', () => {
  let seed = 7;
  const random = (): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  const firsts = new Set(Array.from({ length: 50 }, () => serversOf(3, random).current.host));
  assert.is(firsts.size, 3);
});

t.run();
