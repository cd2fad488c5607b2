/**
 * The shells of other ZooKeeper clients, as Debian packages them, fed line by line at their prompts: for what one command a
 * process cannot show, such as a watch that fires.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.ts';

const ZK_CLI = '/usr/share/zookeeper/bin/zkCli.sh';
const C_CLIENT = '/usr/lib/zookeeper/bin/cli_mt';
const ANSWERS_WITHIN_MS = 20_000;

export interface ForeignShell {
  /** Everything it has printed, on both streams. */
  readonly output: string;
  /** Types a line; resolves once `answer` matches what it prints from then on. */
  type(line: string, answer: RegExp): Promise<string>;
  /** Waits until `pattern` matches something that was printed after the last answer. */
  until(pattern: RegExp): Promise<string>;
  /** Ends its input and waits for its end; kills it if it does not come. */
  close(): Promise<void>;
}

/** Apache's Java client. @param server  `host:port[,…]`. Resolves when its session is there. */
export function openZkCliShell(server: string): Promise<ForeignShell> {
  return openShell(ZK_CLI, ['-server', server], /SyncConnected/);
}

/** Apache's C client. Resolves when its session is there. */
export function openCShell(server: string): Promise<ForeignShell> {
  return openShell(C_CLIENT, [server], /Got a new session id/);
}

async function openShell(command: string, args: readonly string[], greeting: RegExp): Promise<ForeignShell> {
  const child = spawn(command, args, { stdio: 'pipe' });
  const killOnExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killOnExit);
  const ended = once(child, 'close').then(() => process.removeListener('exit', killOnExit));
  let output = '';
  let seen = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const until = async (pattern: RegExp): Promise<string> => {
    await eventually(() => pattern.test(output.slice(seen)), { withinMs: ANSWERS_WITHIN_MS }).catch(
      (cause: unknown) => {
        throw new Error(`${command} has not printed ${pattern}, but:\n${output.slice(seen)}`, { cause });
      },
    );
    const answer = output.slice(seen);
    seen = output.length;
    return answer;
  };
  await until(greeting);
  return {
    get output() {
      return output;
    },
    until,
    type(line, answer) {
      child.stdin.write(`${line}\n`);
      return until(answer);
    },
    async close() {
      child.stdin.end('quit\n');
      const timer = setTimeout(killOnExit, ANSWERS_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
