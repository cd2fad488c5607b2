/** Pipelines for a test: from inline configuration, over znodes in a Map, with what they logged. */

import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../runtime/config/load.ts';
import { type Pipelines, startPipelines } from '../../runtime/pipeline/pipelines.ts';
import { systemClock } from '../../runtime/pipeline/seams.ts';
import { MapZnodes } from './map-znodes.ts';

/** Plugins of the tests, as `use` and `plugins` name them. */
export function testPlugin(name: string): string {
  return fileURLToPath(new URL(`./plugins/${name}.js`, import.meta.url));
}

export interface PipelinesUnderTest {
  readonly pipelines: Pipelines;
  readonly znodes: MapZnodes;
  readonly lines: readonly string[];
}

export async function startTestPipelines(inline: unknown, znodes = new MapZnodes()): Promise<PipelinesUnderTest> {
  const { config, directory } = await loadConfig({ inline, env: {}, cwd: process.cwd() });
  const lines: string[] = [];
  const log = { info: (text: string) => void lines.push(text), warn: (text: string) => void lines.push(text) };
  const seams = { clock: systemClock, random: () => 0.5, log };
  return { pipelines: await startPipelines({ config, directory, origin: 'test', znodes, seams }), znodes, lines };
}
