/** IPv4 addresses with an optional prefix length, as ACL ids of the scheme `ip` (IPAuthenticationProvider). */

export function isValidAddressMask(mask: string): boolean {
  return parseMask(mask) !== null;
}

export function matchesAddress(mask: string, address: string): boolean {
  const parsed = parseMask(mask);
  const bits = parseAddress(address);
  if (parsed === null || bits === null) return false;
  const keep = parsed.prefix === 0 ? 0 : (-1 << (32 - parsed.prefix)) >>> 0;
  return (bits & keep) >>> 0 === (parsed.bits & keep) >>> 0;
}

function parseMask(mask: string): { bits: number; prefix: number } | null {
  const [address, length, ...rest] = mask.split('/');
  const bits = address === undefined ? null : parseAddress(address);
  if (bits === null || rest.length > 0) return null;
  if (length === undefined) return { bits, prefix: 32 };
  const prefix = /^\d{1,2}$/.test(length) ? Number(length) : 33;
  return prefix <= 32 ? { bits, prefix } : null;
}

function parseAddress(address: string): number | null {
  const parts = address.split('.');
  if (parts.length !== 4) return null;
  let bits = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null;
    bits = bits * 256 + Number(part);
  }
  return bits;
}
