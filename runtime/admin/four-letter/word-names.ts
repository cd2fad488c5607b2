/** The four-letter words of ZooKeeper 3.9 (FourLetterCommands): what the client port answers without a session. */

export const FOUR_LETTER_WORDS = [
  'conf',
  'cons',
  'crst',
  'dirs',
  'dump',
  'envi',
  'gtmk',
  'hash',
  'isro',
  'mntr',
  'ruok',
  'srst',
  'srvr',
  'stat',
  'stmk',
  'wchc',
  'wchp',
  'wchs',
] as const;

export type FourLetterWord = (typeof FOUR_LETTER_WORDS)[number];

/** In a whitelist: all of them. */
export const EVERY_WORD = '*';

export function isFourLetterWord(text: string): text is FourLetterWord {
  return (FOUR_LETTER_WORDS as readonly string[]).includes(text);
}
