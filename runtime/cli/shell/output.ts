/** What zkCli prints of znodes: the stat block, dates as Java writes them, lists, ACLs, watch events (facts 14.2). */

import { formatSessionId } from '../../../core/ids.ts';
import type { Acl } from '../../../core/jute/acl.ts';
import type { Stat } from '../../../core/jute/stat.ts';
import { formatZxid } from '../../../core/zxid.ts';
import type { WatchedEvent } from '../../client/watches.ts';
import { formatPermissions } from './permissions.ts';

/** Where a command writes. zkCli says `Created …` and all failures on stderr, results on stdout. */
export interface Output {
  out(text: string | Uint8Array): void;
  err(text: string): void;
}

export function formatStat(stat: Stat): string {
  return [
    `cZxid = ${formatZxid(stat.czxid)}`,
    `ctime = ${formatJavaDate(stat.ctime)}`,
    `mZxid = ${formatZxid(stat.mzxid)}`,
    `mtime = ${formatJavaDate(stat.mtime)}`,
    `pZxid = ${formatZxid(stat.pzxid)}`,
    `cversion = ${stat.cversion}`,
    `dataVersion = ${stat.version}`,
    `aclVersion = ${stat.aversion}`,
    `ephemeralOwner = ${formatSessionId(stat.ephemeralOwner)}`,
    `dataLength = ${stat.dataLength}`,
    `numChildren = ${stat.numChildren}`,
  ].join('\n');
}

/** `[a, b]`, as Java prints a list. */
export function formatList(items: readonly string[]): string {
  return `[${items.join(', ')}]`;
}

/** Two lines an entry: `'scheme,'id` and `: perms`. */
export function formatAcl(acl: readonly Acl[]): string {
  return acl.map(({ scheme, id, perms }) => `'${scheme},'${id}\n: ${formatPermissions(perms)}`).join('\n');
}

/** zxid: -1 stands for "not told", as in events that the client makes itself. */
export function formatWatchedEvent({ type, path, zxid }: WatchedEvent): string {
  const name = type === 'sessionEnded' ? 'None' : type.charAt(0).toUpperCase() + type.slice(1);
  const state = type === 'sessionEnded' ? 'Closed' : 'SyncConnected';
  return formatWatcher(state, name, path, zxid ?? -1);
}

/** A watch that fired, as a JSON document of its own between those of commands. */
export function watchedEventJson({ type, path, zxid }: WatchedEvent): string {
  return JSON.stringify({ event: { type, path, zxid: zxid === null ? null : formatZxid(zxid) } });
}

export type SessionEvent = 'SyncConnected' | 'Disconnected' | 'Expired' | 'Closed' | 'ConnectedReadOnly';

/** An event of the session, which belongs to no znode. */
export function formatSessionEvent(state: SessionEvent): string {
  return formatWatcher(state, 'None', 'null', -1);
}

export function sessionEventJson(state: SessionEvent): string {
  return JSON.stringify({ event: { type: 'session', state } });
}

function formatWatcher(state: string, type: string, path: string, zxid: number): string {
  return `\nWATCHER::\n\nWatchedEvent state:${state} type:${type} path:${path} zxid: ${zxid}`;
}

/** `Thu Jan 01 00:00:00 UTC 1970`: java.util.Date in the local time zone. */
export function formatJavaDate(timeMs: number): string {
  // Made when first needed: the tables behind it take longer to load than most commands run.
  javaDate ??= new Intl.DateTimeFormat('en-US', JAVA_DATE_PARTS);
  const parts = new Map(javaDate.formatToParts(timeMs).map(({ type, value }) => [type, value]));
  const get = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  const time = `${get('hour')}:${get('minute')}:${get('second')}`;
  return `${get('weekday')} ${get('month')} ${get('day')} ${time} ${get('timeZoneName')} ${get('year')}`;
}

let javaDate: Intl.DateTimeFormat | undefined;

const JAVA_DATE_PARTS: Intl.DateTimeFormatOptions = {
  weekday: 'short',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
  year: 'numeric',
};

/** Sixteen bytes a line, in hexadecimal and as text (Netty's prettyHexDump, which zkCli uses). */
export function formatHexDump(bytes: Uint8Array): string {
  const edge = '+--------+-------------------------------------------------+----------------+';
  const lines = [
    '         +-------------------------------------------------+',
    '         |  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |',
    edge,
  ];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => ` ${byte.toString(16).padStart(2, '0')}`).join('');
    const text = row.map((byte) => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`|${at.toString(16).padStart(8, '0')}|${hex.padEnd(48)} |${text.padEnd(16)}|`);
  }
  return [...lines, edge].join('\n');
}
