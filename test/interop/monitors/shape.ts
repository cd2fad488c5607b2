/**
 * What is left of an answer when its values are taken out: the labels, the order, the punctuation, the kinds of values. Two
 * servers whose answers have one shape are read by the same parsers.
 */

const VALUES: readonly (readonly [pattern: RegExp, token: string])[] = [
  [/\d+\.\d+\.\d+-\S+, built on [^\n]*? [A-Z]{3}/g, '<version>'],
  [/\w{3} \w{3} \d\d \d\d:\d\d:\d\d \w+ \d{4}/g, '<date>'],
  [/127\.0\.0\.1:\d+/g, '<peer>'],
  [/0x[0-9a-f]+/g, '<hex>'],
  [/-?\d+\.\d+/g, '<double>'],
  [/-?\d+/g, '<number>'],
  [/=(?:\/\S*|\(in memory\))/g, '=<path>'],
];

export function shapeOf(answer: string): string {
  return VALUES.reduce((text, [pattern, token]) => text.replace(pattern, token), answer);
}

/** For answers whose lines have no order: each kind of line once. */
export function lineShapesOf(answer: string): string[] {
  return [...new Set(shapeOf(answer).split('\n'))].sort();
}

/** The names of what is set in lines `name<separator>value`, in alphabetical order. */
export function namesOf(answer: string, separator: '=' | '\t' | ':'): string[] {
  return answer
    .split('\n')
    .filter((line) => line.includes(separator))
    .map((line) => line.slice(0, line.indexOf(separator)))
    .sort();
}

/** Members by name, their kinds of values, and those of the first item of a list; keys that are values themselves as `*`. */
export function jsonShapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? ['nothing'] : [jsonShapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [/^(\d+|\/.*)$/.test(name) ? '*' : name, jsonShapeOf(member)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
