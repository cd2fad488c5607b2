/** Numbers and times as Java prints them: what monitors of ZooKeeper have learnt to read. */

/** A double, rounded to four digits behind the point, of which at least one shows: `0.0`, `11.4286`. */
export function formatDouble(value: number): string {
  const rounded = Math.round(value * 10_000) / 10_000;
  return Number.isInteger(rounded) ? `${rounded}.0` : String(rounded);
}

/** `Sun Nov 22 22:40:22 UTC 2026`; always in UTC. */
export function formatDate(wallMs: number): string {
  const [day, date, month, year, time] = new Date(wallMs).toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}

/** The two halves of a long, such as a session id or a digest, as one signed number. */
export function signedLong({ hi, lo }: { readonly hi: number; readonly lo: number }): bigint {
  return BigInt.asIntN(64, (BigInt(hi) << 32n) | BigInt(lo >>> 0));
}
