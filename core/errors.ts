/**
 * The outcomes that a caller may meet, one class each: a stable `code`, ZooKeeper's number (`zkCode`), whether a retry
 * can help (`retryable`), and whether the write may have happened (`applied`): a lost connection is not a failed write.
 *
 * Errors cross threads as plain objects (`toPlain`, `fromPlain`), because structured clone keeps a message and loses
 * class, code and fields.
 */

/** 'no': nothing happened. 'unknown': the connection was lost before the answer came. */
export type Applied = 'no' | 'unknown';

interface OutcomeDefinition {
  readonly code: string;
  readonly zkCode: number;
  readonly retryable: boolean;
  readonly applied: Applied;
  readonly text: string;
}

const OUTCOMES = {
  SYSTEM_ERROR: { zkCode: -1, retryable: false, applied: 'unknown', text: 'the server failed' },
  RUNTIME_INCONSISTENCY: { zkCode: -2, retryable: false, applied: 'no', text: 'not tried: an earlier op failed' },
  CONNECTION_LOSS: { zkCode: -4, retryable: true, applied: 'unknown', text: 'the connection was lost' },
  MARSHALLING_ERROR: { zkCode: -5, retryable: false, applied: 'no', text: 'the request does not decode' },
  UNIMPLEMENTED: { zkCode: -6, retryable: false, applied: 'no', text: 'the server does not know this operation' },
  OPERATION_TIMEOUT: { zkCode: -7, retryable: true, applied: 'unknown', text: 'no answer in time' },
  BAD_ARGUMENTS: { zkCode: -8, retryable: false, applied: 'no', text: 'the arguments are not valid' },
  UNKNOWN_SESSION: { zkCode: -12, retryable: false, applied: 'no', text: 'the session is not known' },
  NEW_CONFIG_NO_QUORUM: {
    zkCode: -13,
    retryable: true,
    applied: 'no',
    text: 'the new members have no quorum up to date',
  },
  RECONFIG_IN_PROGRESS: { zkCode: -14, retryable: true, applied: 'no', text: 'another reconfiguration is under way' },
  NO_NODE: { zkCode: -101, retryable: false, applied: 'no', text: 'no znode' },
  NO_AUTH: { zkCode: -102, retryable: false, applied: 'no', text: 'the ACL does not permit this' },
  BAD_VERSION: { zkCode: -103, retryable: false, applied: 'no', text: 'the version is another one' },
  NO_CHILDREN_FOR_EPHEMERALS: { zkCode: -108, retryable: false, applied: 'no', text: 'an ephemeral has no children' },
  NODE_EXISTS: { zkCode: -110, retryable: false, applied: 'no', text: 'the znode exists' },
  NOT_EMPTY: { zkCode: -111, retryable: false, applied: 'no', text: 'the znode has children' },
  SESSION_EXPIRED: { zkCode: -112, retryable: false, applied: 'no', text: 'the session has expired' },
  INVALID_ACL: { zkCode: -114, retryable: false, applied: 'no', text: 'the ACL is not valid' },
  AUTH_FAILED: { zkCode: -115, retryable: false, applied: 'no', text: 'the authentication was refused' },
  SESSION_MOVED: { zkCode: -118, retryable: true, applied: 'no', text: 'the session has moved to another server' },
  NOT_READ_ONLY: { zkCode: -119, retryable: true, applied: 'no', text: 'the server takes no writes now' },
  EPHEMERAL_ON_LOCAL_SESSION: {
    zkCode: -120,
    retryable: false,
    applied: 'no',
    text: 'a local session has no ephemerals',
  },
  NO_WATCHER: { zkCode: -121, retryable: false, applied: 'no', text: 'there is no such watch' },
  RECONFIG_DISABLED: { zkCode: -123, retryable: false, applied: 'no', text: 'reconfiguration is switched off' },
  SESSION_CLOSED_REQUIRE_SASL_AUTH: {
    zkCode: -124,
    retryable: false,
    applied: 'no',
    text: 'authentication is required',
  },
  QUOTA_EXCEEDED: { zkCode: -125, retryable: false, applied: 'no', text: 'the quota would be exceeded' },
  THROTTLED_OP: { zkCode: -127, retryable: true, applied: 'no', text: 'too many requests wait already' },
} as const satisfies Record<string, Omit<OutcomeDefinition, 'code'>>;

export type OutcomeCode = keyof typeof OUTCOMES;

const CODE_BY_NUMBER = new Map<number, OutcomeCode>(
  Object.entries(OUTCOMES).map(([code, definition]) => [definition.zkCode, code as OutcomeCode]),
);

/** ZooKeeper's number for an outcome. */
export function zkCodeOf(code: OutcomeCode): number {
  return OUTCOMES[code].zkCode;
}

/** An operation had another outcome than success. Tell them apart by `code`. */
export class EnsembleError extends Error {
  readonly code: OutcomeCode;
  readonly zkCode: number;
  readonly retryable: boolean;
  readonly applied: Applied;
  /** The znode concerned, where there is one. */
  readonly path: string | null;

  constructor(code: OutcomeCode, path: string | null = null, detail: string | null = null) {
    const { zkCode, retryable, applied, text } = OUTCOMES[code];
    super(`${text}${path === null ? '' : ` at ${path}`}${detail === null ? '' : `: ${detail}`}`);
    this.name = 'EnsembleError';
    this.code = code;
    this.zkCode = zkCode;
    this.retryable = retryable;
    this.applied = applied;
    this.path = path;
  }
}

/** The error for a number that a server sent; numbers without a name of ours become SYSTEM_ERROR with the number told. */
export function errorFromZkCode(zkCode: number, path: string | null): EnsembleError {
  const code = CODE_BY_NUMBER.get(zkCode);
  return code === undefined
    ? new EnsembleError('SYSTEM_ERROR', path, `the server answered with error ${zkCode}`)
    : new EnsembleError(code, path);
}

/** The configuration cannot be used. Holds every problem at once. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export interface ConfigProblem {
  /** File, environment variable or flag that holds the value. */
  readonly origin: string;
  /** Dotted path of the key, for instance `ensemble.replicas`. */
  readonly key: string;
  readonly expected: string;
  readonly found: string | null;
}

function formatProblem({ origin, key, expected, found }: ConfigProblem): string {
  return `${origin}: ${key}: expected ${expected}${found === null ? '' : `, found ${found}`}`;
}

/** A plugin failed; names the plugin and the hook. */
export class PluginError extends Error {
  readonly plugin: string;
  readonly hook: string;

  constructor(plugin: string, hook: string, cause: unknown) {
    super(`plugin ${plugin} failed in ${hook}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'PluginError';
    this.plugin = plugin;
    this.hook = hook;
  }
}
