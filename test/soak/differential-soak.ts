/** `npm run soak -- differential`: as many sequences as asked for, with a line of progress now and then. */

import { runSequences } from '../interop/differential/run-sequences.ts';
import { startSides } from '../interop/differential/sides.ts';
import type { SoakOptions } from './options.ts';

const PROGRESS_MS = 5000;

export async function differentialSoak(options: SoakOptions): Promise<string | null> {
  const { seed, sequences, length, only, classPath } = options;
  const sides = await startSides({ classPath });
  const start = performance.now();
  let told = start;
  const tell = (last: number): void => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`${last - seed + 1} of ${sequences} sequences agree after ${seconds} s\n`);
  };
  try {
    const report = await runSequences({
      sides,
      seed,
      sequences,
      length,
      only,
      onSequence: (last) => {
        if (performance.now() - told < PROGRESS_MS) return;
        told = performance.now();
        tell(last);
      },
    });
    if (report === null) {
      process.stdout.write(`${sides.coverage}\n`);
      tell(seed + sequences - 1);
    }
    return report;
  } finally {
    await sides.stop();
  }
}
