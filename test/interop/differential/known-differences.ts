/**
 * Where Debian's ZooKeeper 3.8.0 and 3.9, which is our baseline, are meant to differ (zookeeper-facts, appendix B): the
 * one list. Each entry either blurs the lines of both sides, or is kept out by the generator because it would lead to
 * two different trees. Everything else that differs is a bug.
 */
import type { Dialect } from './dialect.ts';
import { isWrite, type Request } from './operation.ts';
import { isHidden } from './vocabulary.ts';

export interface KnownDifference {
  readonly what: string;
  /** @returns the line as it is compared; null: not at all */
  readonly blur: (line: string) => string | null;
}

const KNOWN_DIFFERENCES: Readonly<Record<Dialect, readonly KnownDifference[]>> = {
  '3.8': [
    {
      what: 'the zxid of a watch event: -1 up to 3.8, that of the txn since 3.9',
      blur: (line) => line.replace(/^(event .*) \S+$/, '$1'),
    },
    {
      what: 'create2 in a multi is answered as create up to 3.8.1, as create2 with its Stat since',
      blur: (line) =>
        line.startsWith('multi ') ? line.replace(/create2 ("(?:[^"\\]|\\.)*") \{[^}]*\}/g, 'create $1') : line,
    },
    {
      what: 'events of znodes that the session may not read: delivered before 3.8.4, dropped since',
      blur: (line) => (isHidden(/^event \w+ "(.*)"/.exec(line)?.[1] ?? null) ? null : line),
    },
  ],
  '3.9': [],
};

/** Never generated against 3.8. */
export const AVOIDED: readonly string[] = [
  'a flag that is no create mode inside a multi: one refused op up to 3.8.1, an undecodable request since',
  'an op without a path inside a multi: 3.8.0 skips a zxid, we take none',
  'exists of znodes without READ: open before 3.8.4, refused since',
  'watches of several modes on one path: the last one wins in 3.8, they coexist since 3.9',
  'removeWatches and checkWatches of types 4 and 5: -5 in 3.8, known since 3.9',
];

/** Never generated. */
export const ALWAYS_AVOIDED: readonly string[] = ['check outside a multi: no answer before 3.8.5, UNIMPLEMENTED since'];

export function blurred(lines: readonly string[], dialect: Dialect): string[] {
  return lines.flatMap((line) => {
    let text: string | null = line;
    for (const { blur } of KNOWN_DIFFERENCES[dialect]) text = text === null ? null : blur(text);
    return text ?? [];
  });
}

/** Known to 3.8: a write that does not decode takes a zxid there, unless it is a multi none since 3.9. */
export function skipsZxidFor(request: Request, dialect: Dialect): boolean {
  if (request.op === 'multi' || (request.op === 'mangled' && request.of.op === 'multi')) return true;
  return dialect === '3.8' && request.op === 'mangled' && isWrite(request.of);
}
