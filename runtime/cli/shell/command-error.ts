/** How failures of commands read: zkCli's words, one line each, for stderr (facts 14.2). */

import { EnsembleError, type OutcomeCode } from '../../../core/errors.ts';
import { pathProblem } from '../../client/path.ts';
import { ExitCode } from '../exit-code.ts';

/** A command cannot be done; the message is all that the user sees. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = ExitCode.failure) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
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

/** KeeperException's names where they are not the code in camel case. */
const EXCEPTION_NAMES: Partial<Record<OutcomeCode, string>> = {
  SESSION_EXPIRED: 'Session expired',
  SESSION_MOVED: 'Session moved',
  THROTTLED_OP: 'Op throttled due to high load',
};

export function describeFailure(error: unknown): { readonly message: string; readonly exitCode: ExitCode } {
  if (error instanceof CommandError) return error;
  if (error instanceof EnsembleError) return { message: describeOutcome(error), exitCode: ExitCode.failure };
  throw error;
}

function describeOutcome({ code, path }: EnsembleError): string {
  const problem = code === 'BAD_ARGUMENTS' && path !== null ? pathProblem(path) : null;
  if (problem !== null) return problem;
  const text = TEXTS[code];
  if (text !== undefined) return `${text}${path}`;
  const name = EXCEPTION_NAMES[code] ?? camelCase(code);
  return `KeeperErrorCode = ${name}${path === null ? '' : ` for ${path}`}`;
}

function camelCase(code: OutcomeCode): string {
  return code
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}
