/** `npm run soak -- <name>`: the long form of what CI does briefly. Ends with 0, or with 1 and what went wrong. */

import { differentialSoak } from './differential-soak.ts';
import { framesSoak } from './frames-soak.ts';
import { HELP, parseOptions, type SoakOptions, UsageError } from './options.ts';

/** Each resolves to what went wrong, or null. */
const SOAKS: Readonly<Record<string, (options: SoakOptions) => Promise<string | null>>> = {
  differential: differentialSoak,
  frames: framesSoak,
};

async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0 || args.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const options = parseOptions(args);
  const soak = Object.entries(SOAKS).find(([name]) => name === options.name)?.[1];
  if (soak === undefined) {
    throw new UsageError(`no soak "${options.name}": there are ${Object.keys(SOAKS).join(', ')}`);
  }
  const failure = await soak(options);
  if (failure === null) return 0;
  process.stdout.write(`${failure}\n`);
  return 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `${error instanceof UsageError ? error.message : error instanceof Error ? error.stack : error}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
