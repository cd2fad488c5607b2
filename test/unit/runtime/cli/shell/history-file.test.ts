import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HistoryFile, historyPath, LINES_MAX } from '../../../../../runtime/cli/shell/history-file.ts';
import { assert, suite } from '../../../../support/suite.ts';
import { makeTemporaryDirectory } from '../../../../support/temporary-directory.ts';

const t = suite('cli/history-file');

const directories: { remove: () => void }[] = [];
t.after(() => {
  for (const { remove } of directories) remove();
});

function place(): string {
  const directory = makeTemporaryDirectory('history');
  directories.push(directory);
  return join(directory.path, 'deep', 'cli_history');
}

t('it stands in the state directory, or where the environment says, or nowhere', () => {
  assert.is(historyPath({ XDG_STATE_HOME: '/state' }), '/state/threadkeeper/cli_history');
  assert.is(historyPath({ XDG_STATE_HOME: 'relative' }), join(homedir(), '.local/state/threadkeeper/cli_history'));
  assert.is(historyPath({}), join(homedir(), '.local/state/threadkeeper/cli_history'));
  assert.is(historyPath({ THREADKEEPER_CLI_HISTORY: '/elsewhere' }), '/elsewhere');
  for (const off of ['off', 'OFF', '', '0', 'no']) assert.is(historyPath({ THREADKEEPER_CLI_HISTORY: off }), null);
});

t('what was added is there for the next one, for its owner alone', () => {
  const path = place();
  assert.equal(new HistoryFile(path).load(), []);
  new HistoryFile(path).add('ls /');
  new HistoryFile(path).add('get /a  ');
  assert.equal(new HistoryFile(path).load(), ['ls /', 'get /a']);
  assert.is(statSync(path).mode & 0o777, 0o600);
});

t('lines that begin with a space, and empty ones, are not kept', () => {
  const path = place();
  const file = new HistoryFile(path);
  file.add('ls /');
  file.add(' get /secret');
  file.add('');
  assert.equal(file.load(), ['ls /']);
});

t('it does not grow without end', () => {
  const path = place();
  const file = new HistoryFile(path);
  file.add('first');
  const lines = Array.from({ length: 2 * LINES_MAX + 1 }, (_, index) => `get /${index}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  assert.equal(file.load(), lines.slice(-LINES_MAX));
  assert.is(readFileSync(path, 'utf8').split('\n').length, LINES_MAX + 1);
});

t('a place that cannot be written or read is done without', () => {
  const path = place();
  new HistoryFile(path).add('ls /');
  const file = new HistoryFile(join(path, 'below', 'a', 'file'));
  file.add('ls /');
  assert.equal(file.load(), []);
});

t.run();
