/**
 * Addresses with an optional prefix length, as ACL ids of the scheme `ip` (IPAuthenticationProvider; IPv6 as of 3.9.4).
 * Numbers are read as Java reads them, signs and leading zeros included, so that whatever Apache's servers have stored
 * matches here.
 */

const IPV4_BITS = 32;
const IPV6_PARTS = 8;
const IPV6_PART_DIGITS_MAX = 4;

/** Four bytes, or sixteen. */
type Address = readonly number[];

interface Mask {
  readonly address: Address;
  readonly prefix: number;
}

export function isValidAddressMask(mask: string): boolean {
  return parseMask(mask) !== null;
}

export function matchesAddress(mask: string, address: string): boolean {
  const parsed = parseMask(mask);
  const bytes = parsed === null ? null : parseAddress(address);
  if (parsed === null || bytes === null || bytes.length !== parsed.address.length) return false;
  return bytes.every((byte, index) => {
    const kept = Math.min(Math.max(parsed.prefix - 8 * index, 0), 8);
    const bits = 0xff & ~(0xff >> kept);
    return (byte & bits) === ((parsed.address[index] ?? 0) & bits);
  });
}

/** An address as Java writes it and ZooKeeper shows it: of IPv6 all eight parts, without a zone. */
export function hostAddress(address: string): string {
  if (!address.includes(':')) return address;
  const bytes = parseIpv6(address.replace(/%.*$/, ''));
  if (bytes === null) return address;
  const parts = Array.from({ length: IPV6_PARTS }, (_, index) => {
    return ((bytes[2 * index] ?? 0) * 256 + (bytes[2 * index + 1] ?? 0)).toString(16);
  });
  return parts.join(':');
}

function parseMask(mask: string): Mask | null {
  const slash = mask.indexOf('/');
  const address = parseAddress(slash < 0 ? mask : mask.slice(0, slash));
  if (address === null) return null;
  const bits = address.length * 8;
  const prefix = slash < 0 ? bits : parseJavaInt(mask.slice(slash + 1), 10);
  return prefix !== null && prefix >= 0 && prefix <= bits ? { address, prefix } : null;
}

function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Address | null {
  const bytes: number[] = [];
  for (const part of text.split('.')) {
    const value = parseJavaInt(part, 10);
    if (value === null || value < 0 || value > 255) return null;
    bytes.push(value);
  }
  return bytes.length === IPV4_BITS / 8 ? bytes : null;
}

function parseIpv6(text: string): Address | null {
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], tail = []] = halves;
  const given = head.length + tail.length;
  const isComplete = halves.length === 1 ? given === IPV6_PARTS : halves.length === 2 && given < IPV6_PARTS;
  if (!isComplete) return null;
  const parts = [...head, ...Array.from({ length: IPV6_PARTS - given }, () => '0'), ...tail];
  const bytes: number[] = [];
  for (const part of parts) {
    const value = part.length > IPV6_PART_DIGITS_MAX ? null : parseJavaInt(part, 16);
    if (value === null) return null;
    bytes.push((value >> 8) & 0xff, value & 0xff);
  }
  return bytes;
}

/** Integer.parseInt, but for digits of other scripts. */
function parseJavaInt(text: string, radix: 10 | 16): number | null {
  const isNumber = radix === 10 ? /^[+-]?\d+$/.test(text) : /^[+-]?[0-9a-f]+$/i.test(text);
  const value = isNumber ? Number.parseInt(text, radix) : Number.NaN;
  return value >= -0x80000000 && value <= 0x7fffffff ? value : null;
}
