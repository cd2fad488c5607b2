/**
 * Reads a .cpuprofile as `node --cpu-prof` writes it and adds up where the time went: self time per function.
 * The file is V8's own format (Profiler.Profile of the DevTools protocol): nodes of a call tree, and for each sample the
 * node that ran and the microseconds since the sample before.
 */

export interface FunctionCost {
  /** Name and place, `apply (tree/data-tree.js:120)`. */
  readonly name: string;
  readonly selfMs: number;
}

export interface ThreadProfile {
  readonly totalMs: number;
  /** Time in which the thread did something: all but V8's `(idle)`, which includes waiting for events. */
  readonly busyMs: number;
  /** Dearest first. */
  readonly functions: readonly FunctionCost[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface RawProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const IDLE = '(idle)';

export function parseCpuProfile(text: string): ThreadProfile {
  const raw = JSON.parse(text) as RawProfile;
  const names = new Map(raw.nodes.map((node) => [node.id, nameOf(node.callFrame)]));
  const selfUs = new Map<string, number>();
  let totalUs = 0;
  raw.samples.forEach((id, index) => {
    const name = names.get(id) ?? '(unknown)';
    const us = raw.timeDeltas[index] ?? 0;
    totalUs += us;
    selfUs.set(name, (selfUs.get(name) ?? 0) + us);
  });
  const functions = [...selfUs]
    .filter(([name]) => name !== IDLE)
    .map(([name, us]) => ({ name, selfMs: us / 1000 }))
    .sort((a, b) => b.selfMs - a.selfMs);
  return { totalMs: totalUs / 1000, busyMs: (totalUs - (selfUs.get(IDLE) ?? 0)) / 1000, functions };
}

function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const place = url.split('/').slice(-2).join('/');
  return `${name} (${place}:${lineNumber + 1})`;
}
