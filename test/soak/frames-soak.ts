/** `npm run soak -- frames`: what is fuzzed in CI, with as many cases as asked for, spread over what can go wrong. */

import { fuzzClients } from '../fuzz/fuzz-clients.ts';
import { fuzzDecoders } from '../fuzz/fuzz-decoders.ts';
import { fuzzFrames } from '../fuzz/fuzz-frames.ts';
import { fuzzReplicas } from '../fuzz/fuzz-replicas.ts';
import { besiege, damageOf } from '../fuzz/siege.ts';
import type { SoakOptions } from './options.ts';

type Fuzz = (options: { readonly seed: number; readonly cases: number }) => string | null | Promise<string | null>;

/** Shares of the cases. */
const PARTS: Readonly<Record<string, { readonly share: number; readonly fuzz: Fuzz }>> = {
  'readers of foreign bytes': { share: 0.5, fuzz: fuzzDecoders },
  'streams of frames': { share: 0.1, fuzz: fuzzFrames },
  'requests at replicas': { share: 0.1, fuzz: fuzzReplicas },
  'answers to our client': { share: 0.1, fuzz: fuzzClients },
  'cases over sockets': { share: 0.2, fuzz: siege },
};

export async function framesSoak({ seed, cases }: SoakOptions): Promise<string | null> {
  for (const [name, { share, fuzz }] of Object.entries(PARTS)) {
    const count = Math.ceil(cases * share);
    const start = performance.now();
    const failure = await fuzz({ seed, cases: count });
    if (failure !== null) return `${name}: ${failure}`;
    process.stdout.write(`${count} ${name}: nothing to report after ${Math.round(performance.now() - start)} ms\n`);
  }
  return null;
}

async function siege({ seed, cases }: { readonly seed: number; readonly cases: number }): Promise<string | null> {
  let toldMs = performance.now();
  const report = await besiege({
    seed,
    cases,
    onProgress: (done) => {
      if (performance.now() - toldMs < 10_000) return;
      toldMs = performance.now();
      process.stdout.write(`  ${done} of ${cases} cases over sockets\n`);
    },
  });
  process.stdout.write(`  ${JSON.stringify(report)}\n`);
  const damage = damageOf(report);
  return damage.length === 0 ? null : damage.join('\n');
}
