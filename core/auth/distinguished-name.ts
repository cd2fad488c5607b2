/**
 * Whether a text is a distinguished name, as the ids of the scheme `x509` must be. Accepts what Java's X500Principal
 * accepts of RFC 1779 and RFC 2253 (X509AuthenticationProvider.isValid): attributes by name or number, quoted values,
 * escapes, hexadecimal values.
 *
 *     name      = [ part *( ("," / ";") part ) ]
 *     part      = attribute *( "+" attribute )
 *     attribute = type "=" ( "#" hex / quoted / text )
 */

import { KNOWN_KEYWORDS } from './attribute-types.ts';
import { DerError, readDerValue } from './der.ts';

/** The characters that need an escape outside quotes. */
const SPECIAL = ',+<>;"';
const ESCAPABLE = ` ${SPECIAL}=#\\`;

export function isDistinguishedName(text: string): boolean {
  return text === '' || splitAttributes(text).every(isAttribute);
}

/** Cuts at separators that are neither quoted nor escaped. */
function splitAttributes(text: string): string[] {
  const attributes: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && ',;+'.includes(character)) {
      attributes.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...attributes, text.slice(start)];
}

function isAttribute(text: string): boolean {
  const equals = text.indexOf('=');
  if (equals < 0 || !isType(text.slice(0, equals).trim().toUpperCase())) return false;
  const value = text.slice(equals + 1).replace(/^[ \n]+/, '');
  if (value.startsWith('#')) return isHexadecimal(value.slice(1).trimEnd());
  return value.startsWith('"') ? isQuotedValue(value) : isPlainValue(value);
}

function isType(type: string): boolean {
  if (KNOWN_KEYWORDS.has(type)) return true;
  const arcs = type.replace(/^OID\./, '').split('.');
  if (arcs.length < 2 || !arcs.every((arc) => /^\d{1,18}$/.test(arc))) return false;
  const [first = 3, second = 0] = arcs.map(Number);
  return first < 2 ? second < 40 : first === 2;
}

/** The encoding of one value. */
function isHexadecimal(digits: string): boolean {
  if (digits.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(digits)) return false;
  const bytes = Buffer.from(digits, 'hex');
  try {
    return readDerValue(bytes).encoded.length === bytes.length;
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

function isQuotedValue(value: string): boolean {
  for (let at = 1; at < value.length; at++) {
    if (value[at] === '"') return /^[ \n]*$/.test(value.slice(at + 1));
    if (value[at] !== '\\') continue;
    const length = escapeLength(value, at);
    if (length === 0) return false;
    at += length;
  }
  return false;
}

function isPlainValue(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const character = value[at] ?? '';
    if (SPECIAL.includes(character)) return false;
    if (character !== '\\') continue;
    const length = escapeLength(value, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

/** How many characters after the backslash belong to it: one that needs it, or two hexadecimal digits; 0 for neither. */
function escapeLength(value: string, at: number): number {
  if (/^[0-9a-f]{2}$/i.test(value.slice(at + 1, at + 3))) return 2;
  const escaped = value[at + 1];
  return escaped !== undefined && ESCAPABLE.includes(escaped) ? 1 : 0;
}
