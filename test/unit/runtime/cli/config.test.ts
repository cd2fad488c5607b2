import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printConfig } from '../../../../runtime/cli/config.ts';
import { assert, suite } from '../../../support/suite.ts';
import { makeTemporaryDirectory } from '../../../support/temporary-directory.ts';

const config = suite('runtime/cli/config');

const directory = makeTemporaryDirectory('cli-config');
config.after(() => directory.remove());

/** What it printed on either stream, and its exit code. */
async function run(content: string, origins: boolean): Promise<{ readonly code: number; readonly printed: string }> {
  const file = join(directory.path, 'rc.json');
  writeFileSync(file, content);
  const { log, error } = console;
  let printed = '';
  const capture = (text: string): void => {
    printed += `${text}\n`;
  };
  console.log = capture;
  console.error = capture;
  try {
    return { code: await printConfig({ files: [file], origins }), printed };
  } finally {
    console.log = log;
    console.error = error;
  }
}

config('prints what is in force as JSON', async () => {
  const { code, printed } = await run('{"ensemble":{"replicas":5}}', false);
  assert.is(code, 0);
  assert.is(JSON.parse(printed).ensemble.replicas, 5);
});

config('prints where each value came from', async () => {
  const { code, printed } = await run('{"ensemble":{"replicas":5}}', true);
  assert.is(code, 0);
  assert.match(printed, /^ensemble\.replicas = 5 {2}\(.*rc\.json\)$/m);
  assert.match(printed, /^ensemble\.snapCount = 100000 {2}\(default\)$/m);
});

config('a configuration error goes out with code 2, file, key and what was expected', async () => {
  const { code, printed } = await run('{"ensemble":{"replicas":0}}', false);
  assert.is(code, 2);
  assert.match(printed, /rc\.json: ensemble\.replicas: expected a whole number of 1 to 15, found 0/);
});

config.run();
