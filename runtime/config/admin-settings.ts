/**
 * Settings for operators and monitors: which four-letter words are answered, where the AdminServer and the metrics are
 * served. In: values as written; out: checked ones. Source: zookeeper-facts 10.5 and 11.
 */

import { EVERY_WORD, FOUR_LETTER_WORDS, isFourLetterWord } from '../admin/four-letter/word-names.ts';
import { type Check, orNull, showValue, text, whole } from './check.ts';

export interface AdminSettings {
  /**
   * Four-letter words that the client ports answer, as 4lw.commands.whitelist; `*` stands for all. In the environment and
   * in flags: separated by commas. Default srvr, ruok, mntr, isro, conf: what health checks and monitors ask for.
   */
  readonly fourLetterWords: readonly string[];
  /**
   * HTTP port of the AdminServer with /commands, /livez, /readyz and /metrics: replica i listens on adminPort + i - 1.
   * 0: a free port for each. Default null: off.
   */
  readonly adminPort: number | null;
  /** Address that the AdminServer and the metrics listen on. Default null: `host`. */
  readonly adminHost: string | null;
  /** HTTP port that serves /metrics alone, as metricsProvider.httpPort; numbered like adminPort. Default null: off. */
  readonly metricsPort: number | null;
  /** Least time between two snapshots taken by the AdminServer, as admin.rateLimiterIntervalInMS. Default 300,000. */
  readonly adminSnapshotIntervalMs: number;
}

export const ADMIN_DEFAULTS: AdminSettings = Object.freeze({
  fourLetterWords: Object.freeze(['srvr', 'ruok', 'mntr', 'isro', 'conf']),
  adminPort: null,
  adminHost: null,
  metricsPort: null,
  adminSnapshotIntervalMs: 300_000,
});

const port = orNull(whole({ min: 0, max: 65_535 }));

const words: Check<readonly string[]> = (value, key, report) => {
  const list: unknown = typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value;
  if (Array.isArray(list)) {
    const known = list.filter((word): word is string => word === EVERY_WORD || isFourLetterWord(word));
    if (known.length === list.length) return known;
  }
  const expected = `a list of four-letter words: ${EVERY_WORD}, ${FOUR_LETTER_WORDS.join(', ')}`;
  report.problems.push({ origin: report.originOf(key), key, expected, found: showValue(value) });
  return undefined;
};

export const ADMIN_CHECKS = {
  fourLetterWords: words,
  adminPort: port,
  adminHost: orNull(text('a host name or an address')),
  metricsPort: port,
  adminSnapshotIntervalMs: whole({ min: 0, max: 2 ** 31 - 1 }),
} as const;

const PORT_MAX = 65_535;
const PORT_KEYS = ['adminPort', 'metricsPort'] as const;

export interface AdminPortProblem {
  readonly key: (typeof PORT_KEYS)[number];
  readonly expected: string;
}

/** Where the replica at `index` (from 0) listens. */
export function adminPortAt(first: number | null, index: number): number | null {
  return first === null || first === 0 ? first : first + index;
}

/** Ports that do not exist, or that two would listen on. */
export function adminPortProblems(
  ensemble: AdminSettings & { readonly servers: readonly { readonly clientPort: number }[] },
): AdminPortProblem[] {
  const { servers } = ensemble;
  const taken = new Map(servers.map(({ clientPort }) => [clientPort, 'a client port']));
  return PORT_KEYS.flatMap((key): AdminPortProblem[] => {
    const first = ensemble[key];
    if (first === null || first === 0) return [];
    const ports = servers.map((_, index) => first + index);
    const clash = ports.find((port) => taken.has(port));
    for (const port of ports) taken.set(port, key);
    if (first + servers.length - 1 > PORT_MAX) {
      return [{ key, expected: `a port that leaves room for ${servers.length} replicas below ${PORT_MAX + 1}` }];
    }
    return clash === undefined ? [] : [{ key, expected: `${servers.length} ports of its own: ${clash} is taken` }];
  });
}
