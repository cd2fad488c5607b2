/** A figure with its spread: several measurements shown as `median [least–most]`. */

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

/** @returns undefined for no values at all */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [least] = sorted;
  const most = sorted.at(-1);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (least === undefined || most === undefined || upper === undefined || lower === undefined) return undefined;
  return { median: (lower + upper) / 2, least, most, count: sorted.length };
}

export function showSpread(spread: Spread | undefined, divisor = 1): string {
  if (spread === undefined) return '–';
  const median = showNumber(spread.median / divisor);
  if (spread.count === 1) return median;
  return `${median} [${showNumber(spread.least / divisor)}–${showNumber(spread.most / divisor)}]`;
}

/** Three significant digits: what a shared machine can repeat at best. */
export function showNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

/** A Markdown table; the first row holds the headings. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
