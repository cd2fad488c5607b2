/**
 * Splits a line of the shell into words at white space; "…" and '…' hold words together and are taken off (ZooKeeperMain).
 * An unfinished quote is an ordinary character, and there is no escape: what zkCli does with a line is done here.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  for (const [, word = ''] of line.matchAll(WORD)) {
    const quoted = /^(['"])(.*)\1$/s.exec(word);
    words.push(quoted?.[2] ?? word);
  }
  return words;
}

const WORD = /\s*("[^"]*"|'[^']*'|\S+)\s*/gs;
