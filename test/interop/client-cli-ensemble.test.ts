// timeout: 300s
/** Our `cli` beside zkCli.sh on three servers of Apache ZooKeeper: the configuration, and a server without the quorum. */

import { type ApacheEnsemble, startApacheZooKeeper, zkCli } from '../support/apache-zookeeper.ts';
import { runCli } from '../support/cli-process.ts';
import { eventually } from '../support/eventually.ts';
import { assert, suite } from '../support/suite.ts';

const t = suite('interop/cli beside zkCli.sh on an ensemble', { timeoutMs: 120_000 });

let apache: ApacheEnsemble | undefined;

t.before(async () => {
  // A property of the JVM and no setting: zoo.cfg cannot say it.
  process.env.JAVA_TOOL_OPTIONS = '-Dreadonlymode.enabled=true';
  apache = await startApacheZooKeeper({
    serverCount: 3,
    tickTimeMs: 1000,
    config: { reconfigEnabled: 'true', skipACL: 'yes', localSessionsEnabled: 'true' },
  });
});
t.after(async () => {
  delete process.env.JAVA_TOOL_OPTIONS;
  await apache?.stop();
});

function servers(): ApacheEnsemble {
  if (apache === undefined) throw new Error('the servers were not started');
  return apache;
}

/** Lines in a shell of each, one after the other: they would change the same configuration. */
async function both(lines: readonly string[], connectString = servers().connectString) {
  const input = `${lines.join('\n')}\n`;
  const theirs = await zkCli(connectString, [], input);
  const ours = await runCli(['-server', connectString], input);
  const tidy = (text: string): string[] =>
    text
      .replace(/^(Connecting to .*|Welcome to ZooKeeper!|JLine support is disabled)\n/gm, '')
      .replace(/^(SLF4J|Picked up|log4j).*\n/gm, '')
      .replace(/^(\wZxid = 0x|\wtime = ).*$/gm, '$1…')
      .replace(/^version=.*$/gm, 'version=…')
      .split('\n');
  return {
    ours: { stdout: tidy(ours.stdout), stderr: tidy(ours.stderr) },
    theirs: { stdout: tidy(theirs.stdout), stderr: tidy(theirs.stderr) },
  };
}

t('the configuration is told the same, and what is refused of its change', async () => {
  const { ours, theirs } = await both([
    'config',
    'config -s',
    'reconfig -v 1 -remove 3',
    'reconfig -remove 1,2,3',
    'reconfig -add nonsense',
    'reconfig -members server.1=nonsense',
  ]);
  assert.equal(ours, theirs);
});

t('a change of the members is told the same', async () => {
  const ensemble = servers();
  const { stdout } = await runCli(['-server', ensemble.connectString, 'config']);
  // The one that goes is neither the leader nor who is asked.
  const modes = await Promise.all(ensemble.servers.map((_, index) => ensemble.mode(index)));
  const leaving = modes.indexOf('follower');
  const sid = leaving + 1;
  const stay = ensemble.connectString.split(',').toSpliced(leaving, 1).join(',');
  // Without a client part a server may not join.
  const line = new RegExp(`^server\\.${sid}=.*$`, 'm').exec(stdout)?.[0] ?? '';
  const joining = `${line};127.0.0.1:${ensemble.servers[leaving]?.clientPort}`;
  const { ours, theirs } = await both([`reconfig -remove ${sid}`, `reconfig -s -add ${joining}`], stay);
  assert.equal(ours, theirs);
  assert.match(ours.stdout.join('\n'), /^Committed new configuration:\nserver\.\d=/m);
  const json = await runCli(['-server', servers().connectString, '--json', 'config']);
  const config = JSON.parse(json.stdout) as { readonly version: string; readonly members: readonly unknown[] };
  assert.is(config.members.length, 3);
  assert.match(config.version, /^0x[1-9a-f]/);
});

t('-r reads from a server that has lost the quorum, and moves on when there is one', async () => {
  const ensemble = servers();
  const made = await runCli(['-server', ensemble.connectString, 'create', '/read-only', 'x']);
  assert.is(made.exitCode, 0, made.stderr);
  await ensemble.kill9(1);
  await ensemble.kill9(2);
  const left = `127.0.0.1:${ensemble.servers[0]?.clientPort}`;
  const read = async () => await runCli(['-server', left, '-r', 'get', '/read-only']);
  await eventually(async () => (await read()).exitCode === 0, { withinMs: 60_000, everyMs: 500 });
  assert.is((await read()).stdout, 'x\n');
  const written = await runCli(['-server', left, '-r', 'set', '/read-only', 'y']);
  assert.equal([written.exitCode, written.stderr], [1, 'Not a read-only call: /read-only\n']);
  assert.is((await runCli(['-server', left, '-timeout', '2000', 'get', '/read-only'])).exitCode, 3);
  await ensemble.restart(1);
  const set = async () => await runCli(['-server', ensemble.connectString, '-r', 'set', '/read-only', 'z']);
  await eventually(async () => (await set()).exitCode === 0, { withinMs: 60_000, everyMs: 500 });
});

t.run();
