/** Which outcomes a run has seen, so that a generator that has stopped to reach some is not taken for agreement. */

export class Coverage {
  readonly #counts = new Map<string, number>();

  /** Takes up what a session was told. */
  add(lines: readonly string[]): void {
    for (const line of lines) {
      const outcome = outcomeOf(line);
      if (outcome !== null) this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1);
    }
  }

  has(outcome: string): boolean {
    return this.#counts.has(outcome);
  }

  /** `getData NO_AUTH 17`, one an outcome, sorted. */
  toString(): string {
    const lines = [...this.#counts].map(([outcome, count]) => `${outcome} ${count}`);
    return lines.sort().join('\n');
  }
}

/** `create ok`, `getData NO_AUTH`, `event deleted`: what kind of line it is, whatever path and zxid it names. */
function outcomeOf(line: string): string | null {
  const [op = '', second = '', third = ''] = line.split(' ');
  if (op === 'at') return null;
  if (op === 'event') return `event ${second}`;
  if (op === 'connected' || op === 'refused' || op === 'closed') return op;
  const error = op === 'mangled' ? line.split(' ')[3] : third;
  const name = op === 'mangled' ? `mangled ${second}` : op;
  return /^[A-Z_]{2,}$|^-\d+$/.test(error ?? '') ? `${name} ${error}` : `${name} ok`;
}
