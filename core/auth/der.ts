/**
 * Reads DER, the encoding of certificates: nested values of tag, length and content (ITU-T X.690). Just what it takes to
 * find a name in a certificate; numbers and dates stay bytes.
 */

export class DerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DerError';
  }
}

export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly encoded: Uint8Array;
}

export const DerTag = {
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  generalString: 0x1b,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** A length takes at most four bytes here: certificates are short. */
const LENGTH_BYTES_MAX = 4;

/** The values that `bytes` consists of. @throws DerError when it does not end with one */
export function readDerValues(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const value = readDerValue(bytes, at);
    values.push(value);
    at += value.encoded.length;
  }
  return values;
}

/** @throws DerError when `bytes` holds no whole value at `start` */
export function readDerValue(bytes: Uint8Array, start = 0): DerValue {
  const tag = byteAt(bytes, start);
  if ((tag & 0x1f) === 0x1f) throw new DerError('a tag of more than one byte');
  const first = byteAt(bytes, start + 1);
  let contentAt = start + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > LENGTH_BYTES_MAX) throw new DerError(`a length of ${count} bytes`);
    length = 0;
    for (let index = 0; index < count; index++) length = length * 256 + byteAt(bytes, contentAt++);
  }
  const end = contentAt + length;
  if (end > bytes.length) throw new DerError(`${length} bytes are claimed, ${bytes.length - contentAt} are there`);
  return { tag, content: bytes.subarray(contentAt, end), encoded: bytes.subarray(start, end) };
}

/** The values inside a constructed one. @throws DerError when it has another tag, or its content is no row of values */
export function readDerMembers(value: DerValue | undefined, tag: number): DerValue[] {
  if (value?.tag !== tag) throw new DerError(`tag ${tag} expected, ${value?.tag ?? 'nothing'} found`);
  return readDerValues(value.content);
}

/** `1.2.840.113549…` @throws DerError for one that does not end */
export function readObjectIdentifier(value: DerValue | undefined): string {
  if (value?.tag !== DerTag.objectIdentifier) throw new DerError('an object identifier expected');
  const arcs: number[] = [];
  let arc = 0;
  let isEnded = true;
  for (const byte of value.content) {
    // By multiplication: an arc may have more than 31 bits.
    arc = arc * 128 + (byte & 0x7f);
    isEnded = byte < 0x80;
    if (!isEnded) continue;
    if (arcs.length > 0) arcs.push(arc);
    else arcs.push(Math.min(Math.floor(arc / 40), 2), arc - 40 * Math.min(Math.floor(arc / 40), 2));
    arc = 0;
  }
  if (!isEnded || arcs.length === 0) throw new DerError('an object identifier without an end');
  return arcs.join('.');
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new DerError(`the bytes end at ${at}`);
  return byte;
}
