/**
 * The values of a zoo.cfg as ours: a text in, a value out. A text that does not fit goes on as it is, and the check of the
 * setting says what was expected.
 */

export type ValueReader = (text: string) => unknown;

/** As Java reads numbers: an optional sign, digits, perhaps a fraction; system properties may be hexadecimal as well. */
export const number: ValueReader = (text) => {
  return /^([+-]?\d+(\.\d+)?|0x[0-9a-fA-F]+)$/.test(text) ? Number(text) : text;
};

/** undefined, and so the default, for a negative number. */
export const numberUnlessNegative: ValueReader = (text) => {
  const value = number(text);
  return typeof value === 'number' && value < 0 ? undefined : value;
};

/** null for no limit, which is 0 or less. */
export const limit: ValueReader = (text) => {
  const value = number(text);
  return typeof value === 'number' && value <= 0 ? null : value;
};

/** 0 for whatever is less. */
export const numberFromZero: ValueReader = (text) => {
  const value = number(text);
  return typeof value === 'number' ? Math.max(value, 0) : value;
};

/** In any case, as Boolean.parseBoolean. */
export const trueFalse: ValueReader = (text) => {
  const lower = text.toLowerCase();
  return lower === 'true' || lower === 'false' ? lower === 'true' : text;
};

/** The keys that ZooKeeper wants `yes` or `no` for. true and false are understood: whoever writes them means that. */
export const onOff: ValueReader = (text) => {
  const lower = text.toLowerCase();
  return lower === 'yes' || lower === 'no' ? lower === 'yes' : trueFalse(text);
};

export const text: ValueReader = (value) => value;

/** Java knows each under several names. */
export const digestAlgorithm: ValueReader = (text) => {
  const [, size] = /^SHA-?(|1|256|384|512)$/i.exec(text) ?? [];
  if (size === undefined) return text;
  return size === '' || size === '1' ? 'SHA1' : `SHA-${size}`;
};

export const listOfWords: ValueReader = (value) =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
