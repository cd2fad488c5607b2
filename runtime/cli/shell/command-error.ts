/** How failures of commands read: zkCli's words, one line each, for stderr (facts 14.2). */

import { EnsembleError, type OutcomeCode } from '../../../core/errors.ts';
import { pathProblem } from '../../client/path.ts';
import { ExitCode } from '../exit-code.ts';

/** Codes of failures that are no outcome of the ensemble's; `--json` shows them. */
export type CommandErrorCode = 'FAILED' | 'USAGE' | 'NOT_CONNECTED' | 'CANNOT_CONNECT' | 'COMMAND_NOT_FOUND';

export interface CommandErrorOptions {
  /** Default 1. */
  readonly exitCode?: ExitCode;
  /** Default FAILED. */
  readonly code?: CommandErrorCode;
  /** What people see, where it is more than the message. */
  readonly shown?: string;
}

/** A command cannot be done. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;
  readonly code: CommandErrorCode;
  readonly shown: string;

  constructor(message: string, { exitCode = ExitCode.failure, code = 'FAILED', shown }: CommandErrorOptions = {}) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.code = code;
    this.shown = shown ?? message;
  }
}

/** The line is not as the command wants it. As with zkCli that is a failure (1), and not a usage error of ours (2). */
export function usageError(message: string): CommandError {
  return new CommandError(message, { code: 'USAGE' });
}

/** The words for an outcome; for all others there is the text of ZooKeeper's exception. */
const TEXTS: Partial<Record<OutcomeCode, string>> = {
  NO_NODE: 'Node does not exist: ',
  NODE_EXISTS: 'Node already exists: ',
  NOT_EMPTY: 'Node not empty: ',
  NO_CHILDREN_FOR_EPHEMERALS: 'Ephemerals cannot have children: ',
  NO_AUTH: 'Insufficient permission : ',
  INVALID_ACL: 'Acl is not valid : ',
  BAD_ARGUMENTS: 'Arguments are not valid : ',
  BAD_VERSION: 'version No is not valid : ',
  QUOTA_EXCEEDED: 'Quota has exceeded : ',
  NOT_READ_ONLY: 'Not a read-only call: ',
};

/** Those that name no znode. */
const WHOLE_TEXTS: Partial<Record<OutcomeCode, string>> = {
  RECONFIG_IN_PROGRESS: 'Another reconfiguration is in progress -- concurrent reconfigs not supported (yet)',
  NEW_CONFIG_NO_QUORUM:
    'No quorum of new config is connected and up-to-date with the leader of last committed config - ' +
    'try invoking reconfiguration after new servers are connected and synced',
};

/** KeeperException's names where they are not the code in camel case. */
const EXCEPTION_NAMES: Partial<Record<OutcomeCode, string>> = {
  SESSION_EXPIRED: 'Session expired',
  SESSION_MOVED: 'Session moved',
  THROTTLED_OP: 'Op throttled due to high load',
  NO_WATCHER: 'No such watcher',
  EPHEMERAL_ON_LOCAL_SESSION: 'Ephemeral node on local session',
  RECONFIG_DISABLED: 'Reconfig is disabled',
  SESSION_CLOSED_REQUIRE_SASL_AUTH: 'Session closed because client failed to authenticate',
};

export interface Failure {
  readonly message: string;
  /** For people: the message, or more. */
  readonly shown: string;
  readonly exitCode: ExitCode;
}

/** @throws whatever is neither an outcome nor a CommandError: a mistake of ours, which nobody shall swallow */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CommandError) return error;
  if (!(error instanceof EnsembleError)) throw error;
  const message = describeOutcome(error);
  return { message, shown: message, exitCode: ExitCode.failure };
}

function describeOutcome({ code, path }: EnsembleError): string {
  const problem = code === 'BAD_ARGUMENTS' && path !== null ? pathProblem(path) : null;
  if (problem !== null) return problem;
  const whole = WHOLE_TEXTS[code];
  if (whole !== undefined) return whole;
  const text = TEXTS[code];
  if (text !== undefined) return `${text}${path ?? ''}`;
  const name = EXCEPTION_NAMES[code] ?? camelCase(code);
  return `KeeperErrorCode = ${name}${path === null ? '' : ` for ${path}`}`;
}

function camelCase(code: OutcomeCode): string {
  return code
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}
