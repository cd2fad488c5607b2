import { complete, OFFERS_MAX } from '../../../../../runtime/cli/shell/completer.ts';
import { assert, suite } from '../../../../support/suite.ts';

const t = suite('cli/completer');

const TREE: Readonly<Record<string, readonly string[]>> = {
  '/': ['zookeeper', 'config', 'configs'],
  '/config': ['db', 'two words'],
};

const znodes = {
  children: (path: string): Promise<readonly string[]> =>
    Object.hasOwn(TREE, path) ? Promise.resolve(TREE[path] ?? []) : Promise.reject(new Error('no such znode')),
};

async function offers(line: string): Promise<readonly string[]> {
  return (await complete(line, znodes)).offers;
}

t('the first word is a command', async () => {
  assert.equal(await offers('get'), ['get ', 'getAcl ', 'getAllChildrenNumber ', 'getEphemerals ']);
  assert.equal(await offers('  delq'), ['delquota ']);
  assert.equal(await offers('help se'), ['set ', 'setAcl ', 'setquota ']);
  assert.equal((await complete('', znodes)).fragment, '');
});

t('a word with a dash is an option of that command', async () => {
  assert.equal(await offers('reconfig -r'), ['-remove ']);
  assert.equal(await offers('ls -'), ['-s ', '-w ', '-R ', '--json ', '--help ']);
  assert.equal(await offers('frobnicate -'), []);
});

t('a word with a slash is a path, asked of the server one level at a time', async () => {
  assert.equal(await offers('get /co'), ['/config', '/configs']);
  assert.equal(await offers('get -s /'), ['/config', '/configs', '/zookeeper']);
  assert.equal(await offers('get /config/'), ['/config/db'], 'a name with a space could not be typed so');
  assert.equal(await complete('ls /config/d', znodes), { offers: ['/config/db'], fragment: '/config/d' });
});

t('where nothing can be offered, nothing is', async () => {
  assert.equal(await offers('get /nope/x'), []);
  assert.equal(await offers('whoami /'), []);
  assert.equal((await complete('get /co', null)).offers, []);
});

t('thousands of children are not all offered', async () => {
  const many = { children: async () => Array.from({ length: 5000 }, (_, index) => `n${index}`) };
  assert.is((await complete('get /n', many)).offers.length, OFFERS_MAX);
});

t.run();
