/** `npm run bench -- <name>`: finds the bench of that name and runs it. */

import { HELP, parseOptions, UsageError } from './options.ts';
import { profileBench } from './profile-bench.ts';
import { startBench } from './start-bench.ts';
import { zookeeperBench } from './zookeeper-bench.ts';

const BENCHES = { zookeeper: zookeeperBench, start: startBench, profile: profileBench };

async function main(args: readonly string[]): Promise<void> {
  if (args.length === 0 || args.includes('--help')) {
    process.stdout.write(HELP);
    return;
  }
  const options = parseOptions(args);
  const bench = Object.entries(BENCHES).find(([name]) => name === options.name)?.[1];
  if (bench === undefined) {
    throw new UsageError(`no bench "${options.name}": there are ${Object.keys(BENCHES).join(', ')}`);
  }
  await bench(options);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `${error instanceof UsageError ? error.message : error instanceof Error ? error.stack : error}\n`,
  );
  process.exit(error instanceof UsageError ? 2 : 1);
}
process.exit(0);
