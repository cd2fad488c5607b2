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
      what: "checkWatches finds other clients' watches up to 3.8 and stumbles over odd paths, only its own since 3.9",
      blur: (line) => line.replace(/^(checkWatches \S+).*$/, '$1'),
    },
    {
      what: 'events of znodes that the session may not read: delivered before 3.8.4, dropped since',
      blur: (line) => (isHidden(/^event \w+ "(.*)"/.exec(line)?.[1] ?? null) ? null : line),
    },
  ],
  '3.9': [],
};

/** Beyond a reply's error code no client reads. */
const ALWAYS: readonly KnownDifference[] = [
  {
    what: 'Apache refuses a multiRead without a path, and sends the results before it after the refusal',
    blur: (line) => line.replace(/^(.*multiRead \S+ MARSHALLING_ERROR) and \d+ bytes more$/, '$1'),
  },
];

/** Never generated against 3.8. */
export const AVOIDED: readonly string[] = [
  'a flag that is no create mode inside a multi: one refused op up to 3.8.1, an undecodable request since',
  'createContainer with a flag of another mode inside a multi: what the flag says up to 3.8.1, a persistent znode since',
  'an op without a path inside a multi: 3.8.0 skips a zxid that it does not tell, 3.9 gives it to the refusal',
  'exists of znodes without READ: open before 3.8.4, refused since',
  'watches of several modes on one path: the last one wins in 3.8, they coexist since 3.9',
  'removeWatches and checkWatches of types 4 and 5: -5 in 3.8, known since 3.9',
];

/** Never generated against 3.9. */
export const AVOIDED_SINCE_3_9: readonly string[] = [
  'a create without an ACL vector inside a multi: an InvalidACL of that op in 3.8 and here, as it is outside a multi; 3.9' +
    ' stumbles over it while it reads the multi, and refuses the whole without a zxid',
];

/** Where the sides differ as they should, and the player of a sequence makes up for it. */
export const MADE_UP_FOR: readonly string[] = [
  'a session that moves to another replica of ours takes a zxid (SPEC.md D15); Apache has one server here, and logs none',
  'a write that does not decode takes a zxid up to 3.8, none since 3.9',
];

/** Never generated. */
export const ALWAYS_AVOIDED: readonly string[] = [
  'check outside a multi: no answer before 3.8.5, UNIMPLEMENTED since',
  'createTTL with a flag of another mode, outside a multi (D18): Apache logs a txn that neither it nor its restart can apply, and' +
    ' ends; refused here with BAD_ARGUMENTS',
  'writes right behind a setACL (D16): Apache judges them by the ACL before until the new one is committed; here the new one counts',
  'createContainer with the flag of an ephemeral: until it is committed, Apache refuses it children; a container here',
  'quotas and many requests at a time: hard quotas are judged by what is committed at that moment',
];

export function blurred(lines: readonly string[], dialect: Dialect): string[] {
  return lines.flatMap((line) => {
    let text: string | null = line;
    for (const { blur } of [...ALWAYS, ...KNOWN_DIFFERENCES[dialect]]) text = text === null ? null : blur(text);
    return text ?? [];
  });
}

/** A write that does not decode takes a zxid up to 3.8, and none since 3.9. Of a multi this is always so, here too. */
export function skipsZxidFor(request: Request, dialect: Dialect): boolean {
  return dialect === '3.8' && request.op === 'mangled' && request.of.op !== 'multi' && isWrite(request.of);
}
