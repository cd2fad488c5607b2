/** The lines of a run, kept only when asked for: making them costs more than the run itself. */

export class Transcript {
  readonly lines: string[] = [];
  readonly isKept: boolean;
  readonly #nowUs: () => number;

  constructor(isKept: boolean, nowUs: () => number) {
    this.isKept = isKept;
    this.#nowUs = nowUs;
  }

  /** `line` is called only if lines are kept. */
  write(who: string, line: () => string): void {
    if (!this.isKept) return;
    const ms = (this.#nowUs() / 1000).toFixed(3).padStart(9);
    this.lines.push(`${ms} ${who.padEnd(3)} ${line()}`);
  }

  tail(count: number): string {
    return this.lines.slice(-count).join('\n');
  }
}
