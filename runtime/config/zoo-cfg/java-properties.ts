/**
 * The syntax of a zoo.cfg: Java's properties files. In: the bytes of a file. Out: its pairs, each with the line where it
 * begins. Source: the documentation of java.util.Properties.load.
 *
 * A pair ends at its line, unless an odd number of backslashes ends that: then it goes on with the next line, without that
 * one's leading blanks. The key ends at the first `=`, `:` or blank that no backslash protects.
 */

export interface Property {
  readonly key: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

/** A backslash-u without four hexadecimal digits behind it: the one thing that Java refuses. */
export class PropertySyntaxError extends Error {
  readonly line: number;

  constructor(line: number, found: string) {
    super(`\\u is followed by ${JSON.stringify(found)} and not by four hexadecimal digits`);
    this.line = line;
  }
}

/**
 * Java takes the bytes for ISO-8859-1. Text that is UTF-8 was meant as such, and is read as such: that no text in
 * ISO-8859-1 looks like it by chance is as good as certain.
 */
export function decodeProperties(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
}

/** In the order of the file; a key may come more than once, and then the last one counts. @throws PropertySyntaxError */
export function parseProperties(text: string): Property[] {
  const properties: Property[] = [];
  for (const { content, line } of logicalLines(text)) {
    const { key, value } = split(content);
    properties.push({ key: unescapeText(key, line), value: unescapeText(value, line), line });
  }
  return properties;
}

interface LogicalLine {
  readonly content: string;
  readonly line: number;
}

function logicalLines(text: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  const natural = text.split(/\r\n|\r|\n/);
  for (let index = 0; index < natural.length; index++) {
    const line = index + 1;
    let content = withoutIndent(natural[index]);
    if (content === '' || content.startsWith('#') || content.startsWith('!')) continue;
    while (goesOn(content) && index < natural.length - 1) {
      index += 1;
      content = content.slice(0, -1) + withoutIndent(natural[index]);
    }
    lines.push({ content: goesOn(content) ? content.slice(0, -1) : content, line });
  }
  return lines;
}

function withoutIndent(line = ''): string {
  return line.replace(/^[ \t\f]+/, '');
}

function goesOn(content: string): boolean {
  const backslashes = /\\+$/.exec(content)?.[0].length ?? 0;
  return backslashes % 2 === 1;
}

function split(content: string): { readonly key: string; readonly value: string } {
  const key = /^(?:\\.|[^\\=: \t\f])*/s.exec(content)?.[0] ?? '';
  const value = content.slice(key.length).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
  return { key, value };
}

const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescapeText(text: string, line: number): string {
  return text.replace(/\\(?:u(.{0,4})|(.))/gs, (_, unicode: string | undefined, letter: string | undefined) => {
    if (unicode === undefined) return CONTROLS[letter ?? ''] ?? letter ?? '';
    if (!/^[0-9a-fA-F]{4}$/.test(unicode)) throw new PropertySyntaxError(line, unicode);
    return String.fromCharCode(Number.parseInt(unicode, 16));
  });
}
