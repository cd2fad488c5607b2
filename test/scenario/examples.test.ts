/** Every example runs on its own, prints something, and ends by itself with exit code 0. */

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { assert, suite } from '../support/suite.ts';

const examples = suite('scenario/examples', { timeoutMs: 60_000 });

const DIRECTORY = fileURLToPath(new URL('../../examples/', import.meta.url));
const run = promisify(execFile);

/** What an example must have shown, by its name; one that is not listed must print anything at all. */
const SHOWS: Readonly<Record<string, RegExp>> = {
  '02-config-watch.js': /blue.*red/s,
  '03-event-pipeline.js': /tick.*count: 1\d/s,
  '04-own-handler.js': /good evening, grace/,
};

for (const file of readdirSync(DIRECTORY).filter((name) => /^\d\d-.*\.js$/.test(name))) {
  examples(`${file} ends by itself and shows what it promises`, async () => {
    const { stdout } = await run(process.execPath, [`${DIRECTORY}${file}`], { timeout: 50_000, killSignal: 'SIGKILL' });
    assert.match(stdout, SHOWS[file] ?? /\S/);
  });
}

examples.run();
