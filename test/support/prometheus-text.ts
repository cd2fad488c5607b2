/**
 * A strict reader of Prometheus' text format 0.0.4, for tests: what it accepts, every scraper does. Each family is
 * announced by HELP and TYPE in this order, its samples stand together, no sample appears twice, and a summary's samples
 * are quantiles, `_sum` and `_count`.
 */

export interface ScrapedFamily {
  readonly help: string;
  readonly type: string;
  /** Value by what identifies the sample: its name and labels, as in `name{label="value"}`. */
  readonly samples: ReadonlyMap<string, number>;
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary|histogram|untyped)$/;
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const SAMPLE = new RegExp(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{${LABEL}(?:,${LABEL})*\\})? (\\S+)$`);
const NUMBER = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/i;

/** @throws Error naming the first line that is wrong */
export function parsePrometheusText(text: string): Map<string, ScrapedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, ScrapedFamily>();
  const lines = text.slice(0, -1).split('\n');
  for (let at = 0; at < lines.length; ) {
    const [, name = '', help = ''] = match(HELP, lines[at]);
    const [, typed, type = ''] = match(TYPE, lines[at + 1]);
    if (typed !== name) throw new Error(`${name} is followed by the type of ${typed}`);
    if (families.has(name)) throw new Error(`${name} is announced twice`);
    const samples = new Map<string, number>();
    for (at += 2; at < lines.length && !lines[at]?.startsWith('#'); at += 1) {
      const [, sample = '', labels = '', value = ''] = match(SAMPLE, lines[at]);
      if (!belongs(sample, labels, { name, type })) throw new Error(`${lines[at]} does not belong to ${type} ${name}`);
      if (samples.has(sample + labels)) throw new Error(`${sample}${labels} appears twice`);
      samples.set(sample + labels, toNumber(value));
    }
    if (samples.size === 0) throw new Error(`${name} has no samples`);
    families.set(name, { help, type, samples });
  }
  return families;
}

function match(pattern: RegExp, line = ''): RegExpExecArray {
  const found = pattern.exec(line);
  if (found === null) throw new Error(`"${line}" does not match ${pattern.source}`);
  return found;
}

function belongs(sample: string, labels: string, { name, type }: { name: string; type: string }): boolean {
  if (type !== 'summary') return sample === name;
  return sample === name ? labels.includes('quantile="') : sample === `${name}_sum` || sample === `${name}_count`;
}

function toNumber(text: string): number {
  if (!NUMBER.test(text)) throw new Error(`${text} is no number`);
  return Number(text.replace('Inf', 'Infinity'));
}
