// timeout: 240s
/** The commands of Apache's zkCli.sh (Debian's 3.8) beyond the daily ones, typed at its shell against our ports. */
import { EnsembleError } from '../../core/errors.ts';
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type ForeignShell, openZkCliShell } from '../support/foreign-shell.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('interop/zkCli.sh commands against us', { timeoutMs: 90_000 });
let ensemble: TestEnsemble;
let shell: ForeignShell;

t.before(async () => {
  ensemble = await startTestEnsemble();
  shell = await openZkCliShell(ensemble.connectString);
});
t.after(async () => {
  await shell.close();
  await ensemble.close();
});

const escaped = (text: string): string => text.replaceAll('/', '\\/');
const told = (type: string, path: string): RegExp =>
  new RegExp(`WatchedEvent state:SyncConnected type:${type} path:${escaped(path)}$`, 'm');

t('addWatch sets a recursive watch by default, which tells of every descendant and stays', async () => {
  const other = ensemble.client();
  await shell.type('create /deep x', /Created \/deep/);
  await shell.type('addWatch /deep\nstat /deep', /numChildren = 0/);
  await other.sync('/');
  await other.create('/deep/a');
  await shell.until(told('NodeCreated', '/deep/a'));
  await other.create('/deep/a/b');
  await shell.until(told('NodeCreated', '/deep/a/b'));
  await other.setData('/deep/a/b', 'x');
  await shell.until(told('NodeDataChanged', '/deep/a/b'));
  await other.delete('/deep/a/b');
  await shell.until(told('NodeDeleted', '/deep/a/b'));
  assert.not.match(shell.output, /NodeChildrenChanged/);
  await other.close();
});

t('removewatches ends it, and there must be one', async () => {
  const other = ensemble.client();
  const before = shell.output.length;
  await shell.type('removewatches /deep\nstat /deep', /numChildren/);
  await other.sync('/');
  await other.setData('/deep', 'unseen');
  await shell.type('get /deep', /^unseen$/m);
  assert.not.match(shell.output.slice(before), /NodeDataChanged/);
  await shell.type('removewatches /deep', /^KeeperErrorCode = No such watcher for \/deep$/m);
  await other.close();
});

t('addWatch -m PERSISTENT tells of the znode and of its children', async () => {
  const other = ensemble.client();
  await shell.type('create /lasting x', /Created \/lasting/);
  await shell.type('addWatch -m PERSISTENT /lasting\nstat /lasting', /numChildren = 0/);
  for (let round = 0; round < 2; round++) {
    await other.sync('/');
    await other.setData('/lasting', 'x');
    await shell.until(told('NodeDataChanged', '/lasting'));
    await other.create('/lasting/child');
    await shell.until(told('NodeChildrenChanged', '/lasting'));
    await other.delete('/lasting/child');
    await shell.until(told('NodeChildrenChanged', '/lasting'));
  }
  await other.close();
});

t('printwatches off keeps events quiet', async () => {
  await shell.type('printwatches', /printwatches is on/);
  await shell.type('printwatches off\nset /lasting quiet\nget /lasting', /^quiet$/m);
  const before = shell.output.length;
  await shell.type('set /lasting still\nget /lasting', /^still$/m);
  assert.not.match(shell.output.slice(before), /WatchedEvent/);
  await shell.type('printwatches on\nprintwatches', /printwatches is on/);
});

t('getEphemerals and getAllChildrenNumber', async () => {
  await shell.type('create -e /member-1', /Created/);
  await shell.type('create -e /member-2', /Created/);
  await shell.type('getEphemerals', /^\[\/member-[12], \/member-[12]\]$/m);
  await shell.type('getEphemerals /member-1', /^\[\/member-1\]$/m);
  await shell.type('getAllChildrenNumber /deep', /^1$/m);
  await shell.type('getAllChildrenNumber /deep/a', /^0$/m);
});

t('whoami names the address', async () => {
  await shell.type('whoami', /^Auth scheme: User\nip: 127\.0\.0\.1$/m);
});

t('setAcl and getAcl', async () => {
  await shell.type('create /guarded x', /Created/);
  await shell.type(
    'setAcl /guarded world:anyone:cdra\ngetAcl -s /guarded',
    /^'world,'anyone\n: cdra$[\s\S]*aclVersion = 1$/m,
  );
  await shell.type('set /guarded y', /Insufficient permission : \/guarded/);
  await shell.type('setAcl -v 0 /guarded world:anyone:r', /version No is not valid : \/guarded/);
  await shell.type('setAcl /guarded ip:127.0.0.0/8:cdrwa\nset /guarded y\nget /guarded', /^y$/m);
});

t('addauth makes a user, whom auth ACLs name and whoami shows', async () => {
  const stranger = ensemble.client();
  await shell.type(
    'addauth digest user:pass\nwhoami',
    /^Auth scheme: User\n(digest: user\nip: 127\.0\.0\.1|ip: 127\.0\.0\.1\ndigest: user)$/m,
  );
  await shell.type('create /mine secret auth::cdrwa', /Created \/mine/);
  await shell.type('getAcl /mine', /^'digest,'user:smGaoVKd\/cQkjm7b88GyorAUz20=\n: cdrwa$/m);
  await stranger.sync('/');
  await assert.rejects(
    stranger.getData('/mine'),
    (error: unknown) => error instanceof EnsembleError && error.code === 'NO_AUTH',
  );
  await shell.type('set /mine changed\nget /mine', /^changed$/m);
  await stranger.close();
});

t('deleteall takes a subtree away', async () => {
  await shell.type('create /tree x', /Created/);
  for (let index = 0; index < 5; index++) await shell.type(`create /tree/${index} x`, /Created/);
  await shell.type('create /tree/0/deep x', /Created/);
  await shell.type('deleteall /tree\nls /tree', /Node does not exist: \/tree/);
});

t('setquota, listquota and delquota', async () => {
  await shell.type('create /counted x', /Created/);
  await shell.type('setquota -n 5 /counted\nlistquota /counted', /Output quota for \/counted count=5,bytes=-1/);
  await shell.type('create /counted/a 12345', /Created/);
  await shell.type('listquota /counted', /Output stat for \/counted count=2,bytes=6/);
  await shell.type('delquota /counted\nlistquota /counted', /quota for \/counted does not exist/);
});

t('config shows the servers of the ensemble', async () => {
  await shell.type('config', /^server\.1=[\s\S]*^server\.3=[\s\S]*^version=/m);
});

t.run();
