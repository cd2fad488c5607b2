// timeout: 400s
/**
 * MIGRATION.md as it stands: its commands, section by section, in a shell, with this package and Apache ZooKeeper where the
 * page has them. Only the ports are others, since 2181 may be somebody's.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePortRun } from '../support/free-port-run.ts';
import { findFreePorts } from '../support/free-ports.ts';
import { assert, suite } from '../support/suite.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.ts';

const t = suite('interop/migration page', { timeoutMs: 180_000 });
const PACKAGE = fileURLToPath(new URL('../../..', import.meta.url));
const PAGE = readFileSync(join(PACKAGE, 'MIGRATION.md'), 'utf8');
/** The port before the first that the page names: it counts from there. */
const PAGE_PORT = 2180;
const QUORUM_PORTS = ['2888', '3888', '2889', '3889', '2890', '3890'];

let root: TemporaryDirectory;
t.before.each(() => {
  root = makeTemporaryDirectory('migration');
});
t.after.each(() => root.remove());

/** All commands of a section, one after another. */
function commandsOf(section: string): string {
  const text = PAGE.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block);
  return blocks.join('');
}

/**
 * What Apache's own zkServer.sh does with `start FILE` and `stop FILE`. Debian's needs a logger that its packages do not
 * bring along, and its configuration directory.
 */
const ZK_SERVER = `#!/bin/sh
pid_file=$(sed -n 's/^dataDir=//p' "$2")/apache.pid
case $1 in
  start)
    java -Xmx256m -cp /usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar \\
      org.apache.zookeeper.server.quorum.QuorumPeerMain "$2" >>apache.log 2>&1 </dev/null &
    echo $! >"$pid_file"
    ;;
  stop)
    kill "$(cat "$pid_file")"
    while kill -0 "$(cat "$pid_file")" 2>/dev/null; do sleep 0.1; done
    rm "$pid_file"
    ;;
esac
`;

async function runSection(section: string): Promise<string> {
  const tools = join(root.path, 'tools');
  mkdirSync(join(root.path, 'zookeeper/bin'), { recursive: true });
  mkdirSync(tools);
  symlinkSync(PACKAGE, join(root.path, 'threadkeeper'));
  writeExecutable(join(root.path, 'zookeeper/bin/zkServer.sh'), ZK_SERVER);
  const main = join(PACKAGE, 'dist/runtime/cli/main.js');
  writeExecutable(join(tools, 'threadkeeper'), `#!/bin/sh\nexec node '${main}' "$@"\n`);

  const base = (await findFreePortRun(3)) - 1;
  const quorumPorts = await findFreePorts(QUORUM_PORTS.length);
  let script = commandsOf(section);
  for (let offset = 0; offset <= 3; offset++)
    script = script.replaceAll(String(PAGE_PORT + offset), String(base + offset));
  for (const [index, port] of QUORUM_PORTS.entries()) script = script.replaceAll(port, String(quorumPorts[index]));
  // Whatever happens, nothing that the section started stays behind.
  const cleanUp =
    "trap 'kill $(jobs -p) $(cat */apache.pid */*/apache.pid */zookeeper_server.pid 2>/dev/null) 2>/dev/null || true' EXIT";
  const shell = spawn('bash', ['-e', '-o', 'pipefail', '-c', `${cleanUp}\n${script}`], {
    cwd: root.path,
    env: { ...process.env, PATH: `${tools}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = await once(shell, 'close');
  assert.is(code, 0, output);
  return output;
}

function writeExecutable(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

for (const section of ['One server', 'Three servers']) {
  t(`the commands under "${section}" do what the page says`, async () => {
    const output = await runSection(section);
    assert.is(output.match(/^hello$/gm)?.length, 2, output);
    assert.not(/alarm/.test(output), output);
  });
}

t('every command of the page is under a heading that is tested', () => {
  const all = [...PAGE.matchAll(/^```sh\n/gm)].length;
  const tested = ['One server', 'Three servers'].map((section) =>
    PAGE.split(/^## /m).find((part) => part.startsWith(section)),
  );
  assert.is(tested.join('').match(/^```sh\n/gm)?.length, all);
});

t.run();
