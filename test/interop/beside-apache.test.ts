// timeout: 240s
/**
 * The same scripts of requests with us, one replica and three, and with Debian's Apache ZooKeeper 3.8.0: every line must
 * agree, but for the zxid of events (-1 up to 3.8) and the departures that a script names.
 */
import { startTestEnsemble, type TestEnsemble } from '../../runtime/testing.ts';
import { type ApacheEnsemble, startApacheZooKeeper } from '../support/apache-zookeeper.ts';
import { assert, suite } from '../support/suite.ts';
import { READ_SCRIPTS } from './beside-apache/read-scripts.ts';
import { playScript, type Script } from './beside-apache/script.ts';
import { WATCH_SCRIPTS } from './beside-apache/watch-scripts.ts';

const beside = suite('interop/beside Apache', { timeoutMs: 120_000 });

const ensembles: TestEnsemble[] = [];
let apache: ApacheEnsemble | undefined;
let rootCount = 0;

beside.before(async () => {
  apache = await startApacheZooKeeper({ config: { forceSync: 'no' } });
  for (const replicas of [1, 3]) ensembles.push(await startTestEnsemble({ replicas }));
});
beside.after(async () => {
  await Promise.all([apache?.stop(), ...ensembles.map((ensemble) => ensemble.close())]);
});

for (const script of [...READ_SCRIPTS, ...WATCH_SCRIPTS]) {
  beside(script.claim, async () => {
    const root = `/s${rootCount++}`;
    const theirs = await linesOf(apache?.servers[0]?.clientPort, root, script);
    // All of them first: what one script leaves in the root's Stat, it leaves everywhere.
    const ours: string[][] = [];
    for (const { servers } of ensembles) ours.push(await linesOf(Number(servers.at(-1)?.split(':')[1]), root, script));
    for (const lines of ours) requireAgreement(theirs, lines, script);
  });
}

async function linesOf(port: number | undefined, root: string, script: Script): Promise<string[]> {
  const lines = await playScript(port ?? 0, root, script);
  return lines.map((line) => line.replace(/^(\d: event .*) \S+$/, '$1'));
}

/** Who departs must do so as the script says, and nowhere else. */
function requireAgreement(theirs: readonly string[], ours: readonly string[], { departure }: Script): void {
  if (departure === undefined) return assert.equal(ours, theirs);
  assert.equal(without(ours, departure.ours), without(theirs, departure.apache));
  assert.is.not(theirs.join('\n'), ours.join('\n'), 'it is no departure any more');
}

/** Leaves out these lines, each once, in their order. */
function without(lines: readonly string[], departing: readonly string[]): string[] {
  let next = 0;
  const left = lines.filter((line) => line !== departing[next] || ++next < 0);
  assert.is(next, departing.length, `the departure is not found in:\n${lines.join('\n')}`);
  return left;
}

beside.run();
