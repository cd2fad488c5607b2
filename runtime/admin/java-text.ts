/** Numbers and times as Java prints them: what monitors of ZooKeeper have learnt to read. */

import type { SessionId } from '../../core/ids.ts';

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

/** A session id as a signed 64-bit number, as JSON has it. */
export function sessionNumber({ hi, lo }: SessionId): bigint {
  return BigInt.asIntN(64, (BigInt(hi) << 32n) | BigInt(lo >>> 0));
}
