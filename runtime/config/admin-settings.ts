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
   * 0: any free port for each. Default null: off.
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

/** Ports of the first replica, of which the others' follow. */
export const ADMIN_PORTS = ['adminPort', 'metricsPort'] as const;
