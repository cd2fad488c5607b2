/** What each four-letter word answers, and whether it does so while no client is served (FourLetterCommands). */

import { configurationText } from '../configuration.ts';
import { NOT_SERVING, type ReplicaView, serverState } from '../replica-view.ts';
import { cons, crst, dump, stat, wchc, wchp, wchs } from './client-words.ts';
import { dirs, envi, gtmk, hash, isro, mntr, srst, srvr, stmk } from './server-words.ts';
import { EVERY_WORD, type FourLetterWord } from './word-names.ts';

/** A word as it came over a connection. */
export interface AskedWord {
  readonly word: FourLetterWord;
  /** The eight bytes behind `stmk`; 0 for the others. */
  readonly argument: bigint;
}

type Answer = (view: ReplicaView, argument: bigint) => Iterable<string>;

const WORDS: Readonly<Record<FourLetterWord, Answer>> = {
  conf: configurationText,
  cons,
  crst,
  dirs,
  dump,
  envi,
  gtmk,
  hash,
  isro,
  mntr,
  ruok: () => ['imok'],
  srst,
  srvr,
  stat,
  stmk,
  wchc,
  wchp,
  wchs,
};

/** Those that need nobody but this thread. */
const ANSWERED_ALWAYS: ReadonlySet<FourLetterWord> = new Set(['ruok', 'envi', 'gtmk', 'stmk', 'isro']);

/**
 * The answer, piece by piece.
 * @param whitelist  the words that are answered; `*` for all
 */
export function answerWord(
  view: ReplicaView,
  { word, argument }: AskedWord,
  whitelist: readonly string[],
): Iterable<string> {
  if (!whitelist.includes(word) && !whitelist.includes(EVERY_WORD)) {
    return [`${word} is not executed because it is not in the whitelist.\n`];
  }
  if (serverState(view) === null && !ANSWERED_ALWAYS.has(word)) return [`${NOT_SERVING}\n`];
  return WORDS[word](view, argument);
}
