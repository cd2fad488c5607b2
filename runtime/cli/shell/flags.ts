/**
 * The options of a single shell command: letters after one dash, alone or together (`-se`), before, between or after the
 * operands; an option with a value takes the rest of its word or the next one (commons-cli's Posix style, as in zkCli).
 * `--` ends the options, and a negative number is an operand.
 */

import { CommandError } from './command-error.ts';

export interface FlagSpec {
  /** Letters of options without a value. */
  readonly flags: string;
  /** Letters of options with one. */
  readonly values: string;
}

export interface ParsedArguments {
  readonly operands: readonly string[];
  has(flag: string): boolean;
  value(flag: string): string | undefined;
}

/** @throws CommandError for an option that the command does not have, or one without its value */
export function parseFlags(spec: FlagSpec, words: readonly string[], usage: string): ParsedArguments {
  const operands: string[] = [];
  const found = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') {
      operands.push(...words.slice(at + 1));
      break;
    }
    if (!/^-[^\d]/.test(word)) {
      operands.push(word);
      continue;
    }
    for (let letterAt = 1; letterAt < word.length; letterAt++) {
      const letter = word.charAt(letterAt);
      if (spec.flags.includes(letter)) {
        found.set(letter, '');
        continue;
      }
      if (!spec.values.includes(letter)) throw new CommandError(`Unrecognized option: ${word}\n${usage}`);
      const value = word.slice(letterAt + 1) || words[++at];
      if (value === undefined) throw new CommandError(`Missing argument for option: ${letter}\n${usage}`);
      found.set(letter, value);
      break;
    }
  }
  return { operands, has: (flag) => found.has(flag), value: (flag) => found.get(flag) };
}
