/** What somebody may have meant by a word that is none: the nearest of the known ones, if one is near enough. */

/** A mistake or two, and not more than every third letter. */
function distanceMax(word: string): number {
  return Math.max(1, Math.min(2, Math.floor(word.length / 3)));
}

/** @returns the known words nearest to `word`, in their order; none if all are too far away */
export function suggest(word: string, known: readonly string[]): readonly string[] {
  const wanted = word.toLowerCase();
  const distances = known.map((candidate) => distance(wanted, candidate.toLowerCase()));
  const nearest = Math.min(...distances);
  return nearest > distanceMax(word) ? [] : known.filter((_, index) => distances[index] === nearest);
}

/** `\nDid you mean a or b?`, or nothing. */
export function describeSuggestion(word: string, known: readonly string[]): string {
  const meant = suggest(word, known);
  return meant.length === 0 ? '' : `\nDid you mean ${meant.join(' or ')}?`;
}

/** Letters to add, remove, replace, or swap with a neighbour (Damerau-Levenshtein, adjacent swaps). */
function distance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
