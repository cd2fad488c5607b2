/**
 * A process on a data directory, for tests that kill it. `lock DIR` takes the directory and says so; `write DIR` also
 * logs without end and says which zxids are durable; `race DIR ROUNDS` takes and releases it as often as it can get it.
 */

import { writeSync } from 'node:fs';
import { toPeerId } from '../../core/ids.ts';
import { toZxid } from '../../core/zxid.ts';
import { openDataDirectory } from '../../runtime/storage/data-directory.ts';
import { DirectoryInUseError } from '../../runtime/storage/errors.ts';
import { openFileStorage } from '../../runtime/storage/file-storage.ts';
import { createEntry } from './txn-entries.ts';

const [, , order = '', path = '', rounds = '0'] = process.argv;
const peer = toPeerId(1);

// Straight to the descriptor: what was said before a kill -9 has been said.
function say(text: string): void {
  writeSync(1, `${text}\n`);
}

function open() {
  return openDataDirectory({ path, layout: { single: peer }, onLost: () => process.exit(3) });
}

function write(): void {
  const storage = openFileStorage({
    place: open().placeOf(peer),
    listener: {
      onDurable(zxid) {
        say(`durable ${zxid}`);
        fill();
      },
      onFenced(error) {
        throw error;
      },
    },
  });
  let next = storage.recover().lastZxid + 1;
  const fill = (): void => {
    for (let count = 0; count < 50; count++) {
      storage.append(toZxid(next), createEntry(next, next % 700));
      next += 1;
    }
    storage.flush();
  };
  fill();
}

function race(count: number): void {
  let won = 0;
  const attempt = (): void => {
    if (won === count) {
      say('done');
      return;
    }
    try {
      const directory = open();
      won += 1;
      say(`in ${process.pid}`);
      setImmediate(() => {
        say(`out ${process.pid}`);
        directory.release();
        setImmediate(attempt);
      });
    } catch (error) {
      if (!(error instanceof DirectoryInUseError)) throw error;
      setImmediate(attempt);
    }
  };
  attempt();
}

if (order === 'write') write();
else if (order === 'race') race(Number(rounds));
else {
  try {
    open();
    say(`locked ${process.pid}`);
    setInterval(() => {}, 1000);
  } catch (error) {
    say(String(error));
    process.exitCode = 2;
  }
}
