/** Apache's C client (Debian's zookeeper-bin, cli_mt) against our ports. */
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type ForeignShell, openCShell } from '../support/foreign-shell.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('interop/C client against us', { timeoutMs: 60_000 });
let ensemble: TestEnsemble;
let shell: ForeignShell;

t.before(async () => {
  ensemble = await startTestEnsemble();
});
t.before.each(async () => {
  shell = await openCShell(ensemble.connectString);
});
t.after.each(() => shell.close());
t.after(() => ensemble.close());

t('create, set, get, ls and delete', async () => {
  await shell.type('create /plain', /\[\/plain\]: rc = 0\n\tname = \/plain/);
  await shell.type('set /plain value', /\/plain: rc = 0/);
  const got = await shell.type('get /plain', /version=1\t/);
  assert.match(got, /\/plain: rc = 0/);
  assert.match(got, /value_len = 5\nvalue$/m);
  await shell.type('ls /', /\/: rc = 0[\s\S]*\tplain/);
  await shell.type('delete /plain', /\/plain: rc = 0/);
  await shell.type('get /plain', /\/plain: rc = -101/);
});

t('ephemeral, sequential, container and asynchronous creates', async () => {
  await shell.type('create +e /member', /\[\/member\]: rc = 0/);
  await shell.type('create +s /item-', /name = \/item-\d{10}/);
  await shell.type('create +es /member-', /name = \/member-\d{10}/);
  await shell.type('create +c /container', /\[\/container\]: rc = 0\n\tname = \/container/);
  await shell.type('acreate /later', /\[\/later\]: rc = 0/);
  await shell.type('create2 /shown', /\[\/shown\]: rc = 0[\s\S]*version=0/);
  await shell.type('create /member/child', /rc = -108/);
  await shell.type('create /shown', /rc = -110/);
  const client = ensemble.client();
  await client.sync('/');
  assert.not.equal((await client.exists('/member'))?.ephemeralOwner, null);
  await shell.close();
  await client.sync('/');
  const { children: left } = await client.getChildren('/');
  assert.equal(
    left.filter((name) => name.startsWith('member')),
    [],
  );
  assert.ok(left.includes('container') && left.includes('later'));
  await client.close();
});

t('what it may not do is told by its code', async () => {
  await shell.type('get /nowhere', /\/nowhere: rc = -101/);
  await shell.type('set /nowhere x', /\/nowhere: rc = -101/);
  await shell.type('delete /nowhere', /\/nowhere: rc = -101/);
  await shell.type('create /parent', /rc = 0/);
  await shell.type('create /parent/child', /rc = 0/);
  await shell.type('delete /parent', /\/parent: rc = -111/);
  await shell.type('ls2 /parent', /\/parent: rc = 0[\s\S]*\tchild[\s\S]*version=0/);
  await shell.type('sync /parent', /\[\/parent\]: rc = 0/);
});

t('config shows the servers of the ensemble', async () => {
  await shell.type('config', /\/zookeeper\/config: rc = 0[\s\S]*^server\.3=[\s\S]*^version=/m);
});

t('watches fire for creation, children and deletion, each before what shows the change', async () => {
  const client = ensemble.client();
  const fired = (type: string, path: string): RegExp =>
    new RegExp(`Watcher ${type}_EVENT state = CONNECTED_STATE for path ${path.replaceAll('/', '\\/')}\n`);
  await shell.type('wexists /coming\nget /coming', /\/coming: rc = -101/);
  await client.create('/coming');
  await shell.until(fired('CREATED', '/coming'));
  // Its ls watches.
  await shell.type('ls /coming', /\/coming: rc = 0/);
  await client.create('/coming/child');
  await shell.until(fired('CHILD', '/coming'));
  await shell.type('wexists /coming/child\nget /coming/child', /\/coming\/child: rc = 0/);
  await client.delete('/coming/child');
  await shell.until(fired('DELETED', '/coming/child'));
  await shell.type('get /coming/child', /\/coming\/child: rc = -101/);
  await client.close();
});

t('a watch fires for a change by another client', async () => {
  await shell.type('create /watched', /rc = 0/);
  // It answers nothing when all is well; the answer to the next command shows that it is done.
  await shell.type('wexists /watched\nget /watched', /\/watched: rc = 0/);
  const client = ensemble.client();
  await client.sync('/');
  await client.setData('/watched', 'changed');
  await shell.until(/Watcher CHANGED_EVENT state = CONNECTED_STATE for path \/watched/);
});

t('addauth opens what a digest guards, and an unknown scheme ends the session', async () => {
  const client = ensemble.client();
  const acl = [{ perms: 31, scheme: 'digest', id: 'user:smGaoVKd/cQkjm7b88GyorAUz20=' }];
  await client.create('/guarded', 'secret', { acl });
  await shell.type('sync /', /rc = 0/);
  await shell.type('get /guarded', /\/guarded: rc = -102/);
  await shell.type('addauth digest user:pass\nget /guarded', /\/guarded: rc = 0[\s\S]*secret/);
  await shell.type('addauth nonsense x', /AUTH_FAILED_STATE/);
  await client.close();
});

t('its session outlives the leader', async () => {
  await shell.type('create +e /survivor', /rc = 0/);
  await ensemble.kill('leader');
  await ensemble.settled();
  await shell.type('create /after', /\[\/after\]: rc = 0/);
  const client = ensemble.client();
  await client.sync('/');
  assert.ok(await client.exists('/survivor'));
  assert.not.match(shell.output, /EXPIRED_SESSION_STATE/);
});

t.run();
