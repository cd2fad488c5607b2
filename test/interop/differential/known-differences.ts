/**
 * Where Debian's ZooKeeper 3.8.0 and 3.9, which is our baseline, are meant to differ (zookeeper-facts, appendix B): the
 * one list. Each entry either blurs the lines of both sides, or is kept out by the generator because it would lead to
 * two different trees. Everything else that differs is a bug.
 */

export interface KnownDifference {
  readonly what: string;
  readonly blur: (line: string) => string;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    what: 'the zxid of a watch event: -1 up to 3.8, that of the txn since 3.9',
    blur: (line) => line.replace(/^(event .*) \S+$/, '$1'),
  },
  {
    what: 'create2 in a multi is answered as create up to 3.8.1, as create2 with its Stat since',
    blur: (line) =>
      line.replace(/create2 (\S+) \{[^}]*\}/g, (all, path: string) => (/ multi /.test(line) ? `create ${path}` : all)),
  },
];

/** Never generated. */
export const AVOIDED: readonly string[] = [
  'a flag that is no create mode inside a multi: one refused op up to 3.8.1, an undecodable request since',
  'a write whose body does not decode: takes a zxid in 3.8.0, none since 3.9',
  'an op without a path inside a multi: 3.8.0 skips a zxid, we take none',
  'flag 4 inside a multi: Apache makes a container of it, whatever the op; containers are not there yet',
  'check outside a multi: no answer before 3.8.5, UNIMPLEMENTED since',
  'exists, and events, of znodes without READ: open before 3.8.4, refused and filtered since',
];

export function blurred(line: string): string {
  return KNOWN_DIFFERENCES.reduce((text, { blur }) => blur(text), line);
}
