import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runShellSession } from '../../../../../runtime/cli/shell/session.ts';
import { eventually } from '../../../../support/eventually.ts';
import { ScriptedServers } from '../../../../support/scripted-servers.ts';
import { assert, suite } from '../../../../support/suite.ts';
import { makeTemporaryDirectory } from '../../../../support/temporary-directory.ts';

const t = suite('cli/session of a shell');

const UP = '\u001b[A';
const directory = makeTemporaryDirectory('shell');
const HISTORY = join(directory.path, 'history');
t.after(directory.remove);

/** A shell whose keys the test presses; its server accepts it and says no more. */
function start(isInteractive = true) {
  const input = new PassThrough();
  const output = new PassThrough();
  const servers = new ScriptedServers();
  let screen = '';
  let stdout = '';
  let stderr = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
  });
  const ended = runShellSession(
    {
      server: 'localhost:2181',
      timeoutMs: 30_000,
      waitsForConnection: false,
      tellsSession: false,
      json: false,
      clientOptions: { openTransport: servers.openTransport },
    },
    { out: (text) => (stdout += `${text}\n`), err: (text) => (stderr += `${text}\n`) },
    { input, output, isInteractive, env: { THREADKEEPER_CLI_HISTORY: HISTORY } },
  );
  return {
    press: (keys: string) => input.write(keys),
    prompts: (count: number) => eventually(() => screen.split(`${count}] `).length > 1),
    end: async () => {
      input.end();
      return await ended;
    },
    ended,
    get screen() {
      return screen;
    },
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
  };
}

t('the arrow keys bring back what was typed in earlier sessions', async () => {
  const first = start();
  await first.prompts(0);
  first.press('version\r');
  await first.prompts(1);
  first.press('printwatches\r');
  await first.prompts(2);
  await first.end();
  assert.is(readFileSync(HISTORY, 'utf8'), 'version\nprintwatches\n');

  const second = start();
  await second.prompts(0);
  second.press(`${UP}${UP}\r`);
  await second.prompts(1);
  await second.end();
  assert.match(second.stdout, 'Threadkeeper CLI version');
});

t('secrets are kept nowhere', async () => {
  const shell = start();
  await shell.prompts(0);
  shell.press(' addauth digest anna:geheim -h\r');
  await shell.prompts(1);
  shell.press('addauth digest anna:geheim -h\r');
  await shell.prompts(2);
  shell.press('"addauth" digest anna:geheim -h\r');
  await shell.prompts(3);
  await shell.end();
  assert.not.match(readFileSync(HISTORY, 'utf8'), /geheim/);
});

t('Tab completes what is typed', async () => {
  const shell = start();
  await shell.prompts(0);
  shell.press('vers\t');
  await eventually(() => /version $/.test(shell.screen.replaceAll('\u001b', '')));
  shell.press('\r');
  await shell.prompts(1);
  await shell.end();
  assert.match(shell.stdout, 'Threadkeeper CLI version');
});

t('from a pipe there is no prompt, and nothing is kept', async () => {
  const before = readFileSync(HISTORY, 'utf8');
  const shell = start(false);
  shell.press('printwatches\nhistory\nquit\nversion\n');
  assert.is(await shell.ended, 0);
  assert.equal([shell.screen, shell.stdout], ['', 'printwatches is on\n0 - printwatches\n1 - history\n']);
  assert.is(readFileSync(HISTORY, 'utf8'), before);
});

t.run();
