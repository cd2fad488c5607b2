/** Writes DER, for names and certificates that no tool would make. */

import { DerTag } from '../../core/auth/der.ts';

/** One value: tag, length, content. */
export function der(tag: number, ...contents: readonly (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(contents.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)));
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

/** A Name: parts from the least specific on, each of attributes `[identifier, tag of the value, value]`. */
export function derName(...parts: readonly (readonly DerAttribute[])[]): Buffer {
  const sets = parts.map((attributes) =>
    der(
      DerTag.set,
      ...attributes.map(([identifier, tag, value]) => der(DerTag.sequence, derIdentifier(identifier), der(tag, value))),
    ),
  );
  return der(DerTag.sequence, ...sets);
}

export type DerAttribute = readonly [identifier: string, tag: number, value: Uint8Array | string];

export function derIdentifier(identifier: string): Buffer {
  const [first = 0, second = 0, ...rest] = identifier.split('.').map(Number);
  return der(DerTag.objectIdentifier, Buffer.from([first * 40 + second, ...rest].flatMap(toBase128)));
}

function toBase128(arc: number): number[] {
  const digits = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) | 0x80);
  return digits;
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
