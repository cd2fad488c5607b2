/**
 * The arguments of `threadkeeper cli`, in zkCli's grammar: options with one dash, then the command with everything that
 * follows it. (Commander cannot read options of one dash and many letters.) Unlike zkCli, an unknown option is an
 * error: ignored, its value would be run as the command.
 */

import { ConfigError } from '../../../core/errors.ts';

export interface Invocation {
  /** `host:port[,…][/chroot]`. Default `localhost:2181`. */
  readonly server: string;
  /** Session timeout in milliseconds. Default 30 000. */
  readonly timeoutMs: number;
  /** Wait for a connection as long as the timeout says, instead of a few seconds. */
  readonly waitsForConnection: boolean;
  readonly wantsHelp: boolean;
  /** Empty for the shell. */
  readonly command: readonly string[];
}

export const INVOCATION_USAGE = `Usage: threadkeeper cli [options] [COMMAND …]

Runs one command of zkCli and ends with its exit code; without COMMAND, reads commands from a prompt or from stdin.

Options:
  -server HOST:PORT[,…][/CHROOT]  servers to connect to (default localhost:2181)
  -timeout MS                     session timeout (default 30000)
  -waitforconnection              wait for a connection as long as -timeout says, not just a few seconds
  -r                              accepted for zkCli's sake: servers that take writes are used in any case
  -help                           this text

The session of a single command is closed with it, unless the command made an ephemeral znode: that one stays until
the session expires, as with zkCli.

Commands:
`;

/** @throws ConfigError for an option that is unknown or lacks its value */
export function parseInvocation(args: readonly string[]): Invocation {
  let server = 'localhost:2181';
  let timeoutMs = 30_000;
  let waitsForConnection = false;
  let wantsHelp = false;
  let at = 0;
  for (; at < args.length; at++) {
    const option = args[at] ?? '';
    if (!option.startsWith('-')) break;
    switch (option) {
      case '-server':
        server = requireValue(option, args[++at]);
        break;
      case '-timeout':
        timeoutMs = parseTimeout(requireValue(option, args[++at]));
        break;
      case '-waitforconnection':
        waitsForConnection = true;
        break;
      case '-r':
        break;
      case '-h':
      case '-help':
      case '--help':
        wantsHelp = true;
        break;
      default:
        throw refused(option, '-server, -timeout, -waitforconnection, -r or a command', option);
    }
  }
  return { server, timeoutMs, waitsForConnection, wantsHelp, command: args.slice(at) };
}

function requireValue(option: string, value: string | undefined): string {
  if (value === undefined) throw refused(option, 'a value after it', null);
  return value;
}

function parseTimeout(text: string): number {
  const timeoutMs = Number(text);
  if (Number.isInteger(timeoutMs) && timeoutMs > 0) return timeoutMs;
  throw refused('-timeout', 'milliseconds, at least 1', text);
}

function refused(key: string, expected: string, found: string | null): ConfigError {
  return new ConfigError([{ origin: 'command line', key, expected, found }]);
}
