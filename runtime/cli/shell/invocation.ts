/**
 * The arguments of `threadkeeper cli`, in zkCli's grammar: options with one dash, then the command with everything that
 * follows it. (Commander cannot read options of one dash and many letters.) Unlike zkCli, an unknown option is an
 * error: ignored, its value would be run as the command.
 */

import { ConfigError } from '../../../core/errors.ts';
import { describeSuggestion } from './suggest.ts';

export interface Invocation {
  /** `host:port[,…][/chroot]`. Default `localhost:2181`. */
  readonly server: string;
  /** Session timeout in milliseconds. Default 30 000. */
  readonly timeoutMs: number;
  /** Wait for a connection as long as the timeout says, instead of a few seconds. */
  readonly waitsForConnection: boolean;
  /** A server that is cut off from the quorum will do, for reads. */
  readonly allowsReadOnly: boolean;
  /** A file of properties, as zkCli's `-client-configuration`. */
  readonly configurationFile: string | null;
  /** Results, failures and events as JSON documents. */
  readonly json: boolean;
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
  -r                              read from a server that has lost the quorum, if there is no better one
  -client-configuration FILE      properties of ZooKeeper's client: TLS and SASL (DIGEST-MD5)
  --json                          one JSON document per command on stdout, failures as {"error": {…}} on stderr
  -h, -help, --help               this text; COMMAND -h tells more of a command

The session of a single command is closed with it, unless the command made an ephemeral znode: that one stays until
the session expires, as with zkCli.

With --json, text that is no UTF-8 is base64 ("encoding"), zxids and session ids are hexadecimal text, times are
milliseconds since 1970. A failure is {"error": {"code", "message", "path", "exitCode"}}, its code one of ZooKeeper's
(NO_NODE, BAD_VERSION …) or USAGE, NOT_CONNECTED, CANNOT_CONNECT, COMMAND_NOT_FOUND, FAILED. Watches that fire are
{"event": {"type", "path", "zxid"}}. Fields may be added to these shapes, none is renamed.

Exit codes: 0 done, 1 the command failed, 2 an option or file of this program is wrong, 3 no server can be reached,
127 there is no such command.

At a terminal, Tab completes commands, options and paths. What was typed is kept in
$XDG_STATE_HOME/threadkeeper/cli_history (never addauth, nor lines that begin with a space);
THREADKEEPER_CLI_HISTORY names another file, or off.

Commands:
`;

const OPTIONS = ['-server', '-timeout', '-waitforconnection', '-r', '-client-configuration', '--json', '-help'];

/** @throws ConfigError for an option that is unknown or lacks its value */
export function parseInvocation(args: readonly string[]): Invocation {
  let server = 'localhost:2181';
  let timeoutMs = 30_000;
  let waitsForConnection = false;
  let allowsReadOnly = false;
  let configurationFile: string | null = null;
  let json = false;
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
        allowsReadOnly = true;
        break;
      case '-client-configuration':
        configurationFile = requireValue(option, args[++at]);
        break;
      case '--json':
        json = true;
        break;
      case '-h':
      case '-help':
      case '--help':
        wantsHelp = true;
        break;
      default:
        throw refused(option, `${OPTIONS.join(', ')} or a command${describeSuggestion(option, OPTIONS)}`, null);
    }
  }
  const command = args.slice(at);
  return { server, timeoutMs, waitsForConnection, allowsReadOnly, configurationFile, json, wantsHelp, command };
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
