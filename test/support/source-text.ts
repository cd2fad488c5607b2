/**
 * TypeScript source with the parts that are not code taken out, for checks that read sources as text. It knows comments,
 * strings, templates and regular expressions, and keeps every offset and line: what is removed becomes spaces.
 */

export interface SourceText {
  /** Without comments and template texts; strings are kept. */
  readonly statements: string;
  /** Without comments, templates, strings and regular expressions. */
  readonly code: string;
  /** The contents of plain strings, in order. */
  readonly strings: readonly string[];
}

export interface ImportStatement {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** A slash after one of these divides; after anything else it begins a regular expression. */
const ENDS_OPERAND = /[\w$)\]}'"`]$/;
const KEYWORD_BEFORE_REGEX = /\b(?:return|typeof|case|of|in|await|yield|void|delete|throw|else|do)$/;

export function readSourceText(source: string): SourceText {
  const statements = source.split('');
  const code = source.split('');
  const strings: string[] = [];
  /** Brace depth at which each open template's `${` ends. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;

  const blank = (target: string[], from: number, to: number): void => {
    for (let i = from; i < to; i += 1) if (target[i] !== '\n') target[i] = ' ';
  };
  const skip = (to: number, keepInStatements: boolean): void => {
    blank(code, at, to);
    if (!keepInStatements) blank(statements, at, to);
    at = to;
  };
  const skipTemplate = (): void => {
    const end = endOf(source, at, /`|\$\{/g);
    const opensExpression = source[end - 1] === '{';
    skip(end, false);
    if (opensExpression) templates.push(depth);
  };

  while (at < source.length) {
    const char = source[at];
    const next = source[at + 1];
    if (char === '/' && next === '/') skip(endOf(source, at, /(?=\n)/g), false);
    else if (char === '/' && next === '*') skip(endOf(source, at + 2, /\*\//g), false);
    else if (char === "'" || char === '"') {
      const end = endOf(source, at + 1, char === "'" ? /'/g : /"/g);
      strings.push(source.slice(at + 1, end - 1));
      skip(end, true);
    } else if (char === '`') {
      blank(code, at, at + 1);
      blank(statements, at, at + 1);
      at += 1;
      skipTemplate();
    } else if (char === '}' && templates.at(-1) === depth) {
      templates.pop();
      skipTemplate();
    } else if (char === '/' && beginsRegex(code, at)) skip(endOfRegex(source, at), true);
    else {
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      at += 1;
    }
  }
  return { statements: statements.join(''), code: code.join(''), strings };
}

const STATIC_IMPORT =
  /^[ \t]*(?:import\b(?:(?<imported>[^'";=()]*?)\bfrom)?|export\b(?<exported>[^'";=()]*?)\bfrom)\s*(?<quote>['"])(?<specifier>[^'"]+)\k<quote>/gm;
const DYNAMIC_IMPORT = /import\(\s*(?<quote>['"])(?<specifier>[^'"]+)\k<quote>/y;

/** All modules that a source names in import and export statements and in `import('…')`. */
export function readImports({ statements, code }: SourceText): ImportStatement[] {
  const found: ImportStatement[] = [];
  for (const { groups } of statements.matchAll(STATIC_IMPORT)) {
    const clause = groups?.imported ?? groups?.exported ?? '';
    found.push({ specifier: groups?.specifier ?? '', typeOnly: isTypeOnly(clause) });
  }
  for (const { index } of code.matchAll(/\bimport\(/g)) {
    DYNAMIC_IMPORT.lastIndex = index;
    const specifier = DYNAMIC_IMPORT.exec(statements)?.groups?.specifier;
    if (specifier !== undefined) found.push({ specifier, typeOnly: false });
  }
  return found;
}

/** `type { A }`, `type A`, and `{ type A, type B }`; not `{ type A, b }`, nor a default import named type. */
function isTypeOnly(clause: string): boolean {
  if (/^\s+type\b\s*[\w{*]/.test(clause)) return true;
  const names = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1]?.split(',') ?? [];
  const named = names.map((name) => name.trim()).filter((name) => name !== '');
  return named.length > 0 && named.every((name) => name.startsWith('type '));
}

/** Offset after the next unescaped match. A source that ends before it is taken to its end. */
function endOf(source: string, from: number, pattern: RegExp): number {
  pattern.lastIndex = from;
  for (let match = pattern.exec(source); match !== null; match = pattern.exec(source)) {
    if (match[0] === '' || match[0] === '*/' || !isEscaped(source, match.index)) return match.index + match[0].length;
  }
  return source.length;
}

function isEscaped(source: string, at: number): boolean {
  let backslashes = 0;
  while (source[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

function beginsRegex(code: readonly string[], at: number): boolean {
  const before = code
    .slice(Math.max(0, at - 200), at)
    .join('')
    .trimEnd();
  return !ENDS_OPERAND.test(before) || KEYWORD_BEFORE_REGEX.test(before);
}

function endOfRegex(source: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < source.length && source[at] !== '\n'; at += 1) {
    const char = source[at];
    if (char === '\\') at += 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return at + 1;
  }
  return from + 1;
}
