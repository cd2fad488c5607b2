/**
 * The values of a zoo.cfg as ours: a text in, a value out. A text that does not fit goes on as it is, and the check of the
 * setting says what was expected.
 */

export type ValueReader = (text: string) => unknown;

/** As Java reads an int or a long: an optional sign and digits. */
export const number: ValueReader = (text) => (/^[+-]?\d+$/.test(text) ? Number(text) : text);

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
