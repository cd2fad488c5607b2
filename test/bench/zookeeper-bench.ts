/** Threadkeeper against Apache ZooKeeper: the sides take turns, and whoever went first goes second in the next round. */

import { comparisonTables, type Samples } from './comparison-tables.ts';
import { conditions, showConditions } from './conditions.ts';
import { generatorCeiling } from './generator-ceiling.ts';
import { measureStart } from './measure-start.ts';
import type { Sample } from './metrics.ts';
import type { BenchOptions } from './options.ts';
import { recordSection, writeSamples } from './record.ts';
import { apacheZooKeeper } from './rivals/apache-zookeeper.ts';
import { LOAD_ROWS, OFFERED_ROWS } from './rows.ts';
import { threadkeeper } from './sides/threadkeeper.ts';

export async function zookeeperBench(options: BenchOptions): Promise<void> {
  const taken = conditions(options.directory);
  const rows = [...OFFERED_ROWS, ...LOAD_ROWS].filter((row) => row.name.includes(options.only));
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const samples: { ours: Sample[]; theirs: Sample[] } = { ours: [], theirs: [] };
  const entrants = [
    { side: threadkeeper, into: samples.ours, takesPart: options.sides !== 'theirs' },
    { side: apacheZooKeeper, into: samples.theirs, takesPart: options.sides !== 'ours' },
  ];
  say('the load generator alone');
  const ceiling = await generatorCeiling(rows.filter((row) => row.rate === undefined));
  for (let round = 0; round < options.repeats; round++) {
    for (const { side, into, takesPart } of round % 2 === 0 ? entrants : entrants.toReversed()) {
      if (takesPart) into.push(await measureStart(side, { ...options, rows, say }));
    }
  }
  report(options, taken, samples, ceiling);
}

function report(options: BenchOptions, taken: ReturnType<typeof conditions>, samples: Samples, ceiling: Sample): void {
  const text = [
    '## Three durable replicas against Apache ZooKeeper',
    showConditions(taken),
    `- ${options.repeats} start(s) of each side, ${options.seconds} s a row after ${options.warmup} s of warm-up, 100-byte values unless the row says otherwise, all with fdatasync before an acknowledgement`,
    comparisonTables(samples, { ours: threadkeeper.name, theirs: apacheZooKeeper.name }, ceiling),
  ].join('\n\n');
  process.stdout.write(`${text}\n`);
  writeSamples('zookeeper', { conditions: taken, options, samples, generatorAlone: ceiling });
  if (options.record) recordSection('zookeeper', text);
}
