/** From the start of our process to its line `ready`, and to the first acknowledged write: many starts, one after another. */

import { spawnSync } from 'node:child_process';
import { conditions, showConditions } from './conditions.ts';
import { firstAcknowledgedWrite } from './first-write.ts';
import type { BenchOptions } from './options.ts';
import { recordSection, writeSamples } from './record.ts';
import { launchThreadkeeper } from './sides/threadkeeper.ts';
import { markdownTable, showSpread, spreadOf } from './spread.ts';

export async function startBench(options: BenchOptions): Promise<void> {
  const taken = conditions(options.directory);
  const readyMs: number[] = [];
  const firstWriteMs: number[] = [];
  const emptyMs: number[] = [];
  for (let run = 0; run < options.repeats; run++) {
    const beganAtMs = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    emptyMs.push(performance.now() - beganAtMs);
    // Separate starts: knocking for the first write takes CPU from the very start that `ready` measures.
    const quiet = await launchThreadkeeper(options.directory, []);
    readyMs.push((await quiet.readyLine).atMs - quiet.launchedAtMs);
    await quiet.close();
    const knocked = await launchThreadkeeper(options.directory, []);
    firstWriteMs.push((await firstAcknowledgedWrite(knocked)) - knocked.launchedAtMs);
    await knocked.close();
  }
  const text = [
    '## Start',
    showConditions(taken),
    `- ${options.repeats} starts of each kind, three durable replicas on an empty directory`,
    markdownTable([
      ['from the start of the process, ms', 'Threadkeeper'],
      ['an empty Node process, to its end', showSpread(spreadOf(emptyMs))],
      ['to the line `ready`', showSpread(spreadOf(readyMs))],
      ['to the first acknowledged write', showSpread(spreadOf(firstWriteMs))],
    ]),
  ].join('\n\n');
  process.stdout.write(`${text}\n`);
  writeSamples('start', { conditions: taken, emptyMs, readyMs, firstWriteMs });
  if (options.record) recordSection('start', text);
}
