/**
 * The options of a single shell command, as commons-cli's DefaultParser reads them for zkCli: letters after one dash,
 * alone or together (`-se`), names of several letters after one dash (`-file`), before, between or after the operands.
 * An option with a value takes what follows `=`, the rest of its word, or the next word unless that is an option.
 * `--` ends the options. Unlike there, a negative number is an operand where no option waits for a value.
 */

import { type CommandError, usageError } from './command-error.ts';
import { describeSuggestion } from './suggest.ts';

export interface OptionSpec {
  /** Without the dash. */
  readonly name: string;
  /** What its value is called; options without a value have none. */
  readonly value?: string;
  readonly describe: string;
}

export interface OptionRules {
  readonly options: readonly OptionSpec[];
  /** Names of which only one may be given. */
  readonly exclusive?: readonly string[];
}

export interface ParsedArguments {
  readonly operands: readonly string[];
  has(option: string): boolean;
  value(option: string): string | undefined;
}

/** Options of every command, in the words of our own shell: two dashes, which no option of zkCli has. */
export const COMMON_OPTIONS = { json: '--json', help: ['-h', '--help', '-?'] } as const;

/** @throws CommandError for an option that the command does not have, one without its value, or two that exclude each other */
export function parseFlags({ options, exclusive = [] }: OptionRules, words: readonly string[]): ParsedArguments {
  const known = new Map(options.map((option) => [option.name, option]));
  const operands: string[] = [];
  const found = new Map<string, string>();

  const isOption = (word: string): boolean => {
    if (!/^-./.test(word)) return false;
    const name = word.slice(1).split('=', 1)[0] ?? '';
    return known.has(name) || known.has(name.charAt(0)) || word.startsWith('--');
  };
  const add = (name: string, value: string): void => {
    const other = exclusive.includes(name) ? exclusive.find((each) => each !== name && found.has(each)) : undefined;
    if (other !== undefined) {
      throw usageError(
        `The option '${name}' was specified but an option from this group has already been selected: '${other}'`,
      );
    }
    if (!found.has(name)) found.set(name, value);
  };

  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') {
      operands.push(...words.slice(at + 1));
      break;
    }
    if (!/^-./.test(word) || (/^-\d+$/.test(word) && !known.has(word.slice(1)))) {
      operands.push(word);
      continue;
    }
    for (const { option, inline } of splitWord(word, known)) {
      if (option.value === undefined) {
        add(option.name, '');
        continue;
      }
      const next = words[at + 1];
      if (inline !== null) add(option.name, inline);
      else if (next !== undefined && next !== '--' && !isOption(next)) {
        add(option.name, next);
        at += 1;
      } else throw usageError(`Missing argument for option: ${option.name}`);
    }
  }
  return { operands, has: (name) => found.has(name), value: (name) => found.get(name) };
}

interface FoundOption {
  readonly option: OptionSpec;
  /** The value within the word, if it is there. */
  readonly inline: string | null;
}

function splitWord(word: string, known: ReadonlyMap<string, OptionSpec>): readonly FoundOption[] {
  const text = word.slice(1);
  const equals = text.indexOf('=');
  const whole = known.get(equals < 0 ? text : text.slice(0, equals));
  if (whole !== undefined && (equals < 0 || whole.value !== undefined)) {
    return [{ option: whole, inline: equals < 0 ? null : text.slice(equals + 1) }];
  }
  const found: FoundOption[] = [];
  for (let at = 0; at < text.length; at++) {
    const option = known.get(text.charAt(at));
    if (option === undefined) throw unrecognized(word, known);
    const rest = text.slice(at + 1);
    const hasInline = option.value !== undefined && rest !== '';
    found.push({ option, inline: hasInline ? rest : null });
    if (hasInline) break;
  }
  return found;
}

function unrecognized(word: string, known: ReadonlyMap<string, OptionSpec>): CommandError {
  const names = [...known.keys()].filter((name) => name.length > 1).map((name) => `-${name}`);
  return usageError(
    `Unrecognized option: ${word}${describeSuggestion(word, [...names, COMMON_OPTIONS.json, '--help'])}`,
  );
}
