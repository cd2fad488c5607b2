/** What callers may hand in as a znode's data: bytes, text (sent as UTF-8), or null, which differs from empty. */
export type Data = Uint8Array | string | null;

export function toBytes(data: Data): Uint8Array | null {
  return typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
}
