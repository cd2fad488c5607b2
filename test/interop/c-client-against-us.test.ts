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

t('ephemeral and sequential znodes', async () => {
  await shell.type('create +e /member', /\[\/member\]: rc = 0/);
  await shell.type('create +s /item-', /name = \/item-\d{10}/);
  const client = ensemble.client();
  assert.not.equal((await client.exists('/member'))?.ephemeralOwner, null);
  await shell.close();
  await client.sync('/');
  assert.is(await client.exists('/member'), null);
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
