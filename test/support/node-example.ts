/** A program of somebody else, run by this Node.js as it is: what it prints, and when. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.ts';

const WITHIN_MS = 20_000;

export interface RunningExample {
  /** Everything it has printed, once it has ended by itself. */
  ended(): Promise<string>;
  /** Waits until it has printed `text` after what was last waited for. */
  until(text: string): Promise<void>;
  kill(): void;
}

export function startExample(path: string, args: readonly string[]): RunningExample {
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  const closed = once(child, 'close');
  let output = '';
  let seen = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return {
    async ended() {
      await closed;
      return output;
    },
    async until(text) {
      await eventually(() => output.includes(text, seen), { withinMs: WITHIN_MS }).catch((cause: unknown) => {
        throw new Error(`"${text}" was not printed after\n${output.slice(0, seen)}but\n${output.slice(seen)}`, {
          cause,
        });
      });
      seen = output.indexOf(text, seen) + text.length;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
