/**
 * The directives of SASL DIGEST-MD5 messages: `name=token` and `name="quoted string"` with commas between (RFC 2831, 7.1).
 * Texts are taken as one character a byte; who knows the charset of a value decodes it.
 */

export class SaslError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SaslError';
  }
}

const DIRECTIVE = /[\s,]*([^\s,=]+)\s*=\s*(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s,"]*))\s*(?=,|$)/y;

/** By name in small letters; of directives that come twice, the first. @throws SaslError when it is no list of directives */
export function parseDirectives(message: Uint8Array): ReadonlyMap<string, string> {
  const text = Buffer.from(message).toString('latin1');
  const directives = new Map<string, string>();
  DIRECTIVE.lastIndex = 0;
  for (let at = 0; !/^[\s,]*$/.test(text.slice(at)); at = DIRECTIVE.lastIndex) {
    const [, name, quoted, token] = DIRECTIVE.exec(text) ?? [];
    if (name === undefined) throw new SaslError('the message is no list of directives');
    const key = name.toLowerCase();
    if (!directives.has(key)) directives.set(key, quoted?.replace(/\\([\s\S])/g, '$1') ?? token ?? '');
  }
  return directives;
}

/** A value between quotes. */
export function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
