/** The other side of every interop test: Apache ZooKeeper starts, serves its own command line, dies and comes back here. */
import { type ApacheEnsemble, fourLetterWord, startApacheZooKeeper, zkCli } from '../support/apache-zookeeper.ts';
import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';

const standalone = suite('interop/apache standalone', { timeoutMs: 90_000 });
let single: ApacheEnsemble | undefined;

standalone.before(async () => {
  single = await startApacheZooKeeper();
});
standalone.after(() => single?.stop());

function started(ensemble: ApacheEnsemble | undefined): ApacheEnsemble {
  assert.ok(ensemble, 'the suite has not started its servers');
  return ensemble;
}

standalone('zkCli.sh reads what zkCli.sh created', async () => {
  const { connectString } = started(single);
  const created = await zkCli(connectString, ['create', '/config', 'new_value']);
  assert.is(created.exitCode, 0, created.stderr);
  assert.match(`${created.stdout}${created.stderr}`, 'Created /config');
  const got = await zkCli(connectString, ['get', '/config']);
  assert.is(got.exitCode, 0, got.stderr);
  assert.match(got.stdout, /^new_value$/m);
});

standalone('zkCli.sh fails on a path that does not exist', async () => {
  const { exitCode, stdout, stderr } = await zkCli(started(single).connectString, ['get', '/nowhere']);
  assert.is(exitCode, 1, stdout);
  assert.match(`${stdout}${stderr}`, 'Node does not exist: /nowhere');
});

standalone('the shell of zkCli.sh takes its lines from stdin', async () => {
  const { stdout } = await zkCli(started(single).connectString, [], 'create /shell by-line\nget /shell\nquit\n');
  assert.match(stdout, /^by-line$/m);
});

standalone('four-letter words are answered', async () => {
  const [server] = started(single).servers;
  assert.is(await fourLetterWord(server?.clientPort ?? 0, 'ruok'), 'imok');
});

standalone.run();

const ensemble = suite('interop/apache ensemble', { timeoutMs: 120_000 });
let three: ApacheEnsemble | undefined;

ensemble.before(async () => {
  three = await startApacheZooKeeper({ serverCount: 3, heapMiB: 128, tickTimeMs: 500 });
});
ensemble.after(() => three?.stop());

ensemble('three servers elect one leader, survive its SIGKILL and take it back', async () => {
  const servers = started(three);
  const modes = () => Promise.all(servers.servers.map((_, index) => servers.mode(index)));
  assert.equal((await modes()).sort(), ['follower', 'follower', 'leader']);

  const leader = (await modes()).indexOf('leader');
  await servers.kill9(leader);
  assert.is(servers.servers[leader]?.pid, undefined);
  await eventually(async () => (await modes()).includes('leader'), { withinMs: 30_000, everyMs: 100 });

  await servers.restart(leader);
  assert.equal((await modes()).sort(), ['follower', 'follower', 'leader']);
});

ensemble.run();
