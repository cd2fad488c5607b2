import { LOG_TEMPORARY } from '../../../../runtime/storage/file-names.ts';
import { nodeFileSystem } from '../../../../runtime/storage/file-system.ts';
import { meteredFileSystem } from '../../../../runtime/storage/metered-file-system.ts';
import { assert, suite } from '../../../support/suite.ts';
import { makeTemporaryDirectory } from '../../../support/temporary-directory.ts';

const metering = suite('storage/metered-file-system');

function sync(fileSystem: typeof nodeFileSystem, path: string): Promise<void> {
  const fd = fileSystem.open(path, 'create');
  return new Promise((resolve, reject) => {
    fileSystem.datasync(fd, (error) => {
      fileSystem.close(fd);
      if (error === null) resolve();
      else reject(error);
    });
  });
}

metering('syncs of logs are measured, those of other files and failed ones are not', async () => {
  const directory = makeTemporaryDirectory('metered');
  const durations: number[] = [];
  const metered = meteredFileSystem(nodeFileSystem, (ms) => durations.push(ms));
  await sync(metered, `${directory.path}/snapshot.1`);
  assert.equal(durations, []);
  // As the log writes it: under another name first.
  await sync(metered, `${directory.path}/${LOG_TEMPORARY}`);
  assert.is(durations.length, 1);
  assert.ok((durations[0] ?? -1) >= 0);
  const failing = {
    ...nodeFileSystem,
    datasync: (_: number, callback: (error: Error) => void) => callback(new Error()),
  };
  await sync(
    meteredFileSystem(failing, (ms) => durations.push(ms)),
    `${directory.path}/log.2`,
  ).catch(() => undefined);
  assert.is(durations.length, 1);
  directory.remove();
});

metering.run();
