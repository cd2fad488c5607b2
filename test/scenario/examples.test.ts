// timeout: 240s
/** Every program in examples/ runs as a newcomer would run it: by itself, to its end, with something to see. */

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { assert, suite } from '../support/suite.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../examples');
const TIMEOUT_MS = 60_000;

const examples = suite('examples', { timeoutMs: TIMEOUT_MS });

const programs = readdirSync(EXAMPLES).filter((name) => /^\d\d-.*\.js$/.test(name));

examples('there are some, numbered in reading order', () => {
  assert.ok(programs.length >= 3, programs.join(', '));
});

for (const program of programs) {
  examples(`${program} ends by itself with exit code 0 and says something`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [resolve(EXAMPLES, program)], {
      timeout: TIMEOUT_MS,
    });
    assert.ok(stdout.trim().length > 0, 'nothing was printed');
  });
}

examples.run();
