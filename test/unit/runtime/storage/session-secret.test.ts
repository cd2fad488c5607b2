import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataDirectoryError } from '../../../../runtime/storage/errors.ts';
import {
  isSessionSecretExposed,
  openSessionSecret,
  readSessionSecret,
  SESSION_SECRET_FILE,
} from '../../../../runtime/storage/session-secret.ts';
import { assert, suite } from '../../../support/suite.ts';
import { makeTemporaryDirectory } from '../../../support/temporary-directory.ts';

const secrets = suite('storage/session-secret');

const NOW = 1_790_000_000_000;
let directory = makeTemporaryDirectory('session-secret');
secrets.before.each(() => {
  directory = makeTemporaryDirectory('session-secret');
});
secrets.after.each(() => directory.remove());

function file(): string {
  return join(directory.path, SESSION_SECRET_FILE);
}

secrets('is made once: every later start finds the first one', () => {
  assert.is(readSessionSecret(directory.path), null);
  const made = openSessionSecret(directory.path, NOW);
  assert.is(made.key.length, 32);
  const found = openSessionSecret(directory.path, NOW + 1000);
  assert.equal([...found.key], [...made.key]);
  assert.is(found.madeAtMs, NOW);
  assert.equal(readdirSync(directory.path), [SESSION_SECRET_FILE]);
});

secrets('differs from directory to directory', () => {
  const other = makeTemporaryDirectory('session-secret');
  assert.not.equal([...openSessionSecret(directory.path, NOW).key], [...openSessionSecret(other.path, NOW).key]);
  other.remove();
});

secrets('nobody but its owner can read it, and it is told when somebody can', () => {
  openSessionSecret(directory.path, NOW);
  assert.is(statSync(file()).mode & 0o777, 0o600);
  assert.not.ok(isSessionSecretExposed(directory.path));
  chmodSync(file(), 0o644);
  assert.ok(isSessionSecretExposed(directory.path));
});

secrets('what a crash left of an earlier attempt is no obstacle', () => {
  writeFileSync(`${file()}.tmp`, '{');
  openSessionSecret(directory.path, NOW);
  assert.equal(readdirSync(directory.path), [SESSION_SECRET_FILE]);
});

secrets('a damaged one is refused with the way out, and nothing of it is told', () => {
  const key = Buffer.from(openSessionSecret(directory.path, NOW).key).toString('hex');
  const whole = readFileSync(file(), 'utf8');
  for (const content of ['', whole.slice(0, -20), whole.replace(key, key.slice(2)), whole.replace('1', '2'), '[]']) {
    writeFileSync(file(), content);
    let refusal: unknown;
    try {
      openSessionSecret(directory.path, NOW);
    } catch (error) {
      refusal = error;
    }
    assert.instance(refusal, DataDirectoryError);
    const message = refusal instanceof Error ? refusal.message : '';
    assert.match(message, /holds no session secret: restore it, or remove it/);
    assert.not.match(message, new RegExp(key.slice(0, 8)));
    assert.is(readFileSync(file(), 'utf8'), content, 'and is left as it was');
  }
});

secrets.run();
