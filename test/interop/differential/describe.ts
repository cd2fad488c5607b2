/**
 * One line of text for everything that a server says. A line leaves out times, writes zxids and session ids in a notation
 * that is the same for both sides, and sorts what has no promised order; every other byte is in it: two equal lines are
 * two equal replies.
 */
import { errorFromZkCode } from '../../../core/errors.ts';
import { isNoSession, type SessionId } from '../../../core/ids.ts';
import type { JuteReader } from '../../../core/jute/reader.ts';
import { readStat } from '../../../core/jute/stat.ts';
import type { Request } from './operation.ts';

/** How numbers that differ from run to run are written. */
export interface Notation {
  zxid(zxid: number): string;
  session(id: SessionId): string;
}

const EVENT_NAMES = ['', 'created', 'deleted', 'changed', 'children'];
const NAMES_OF_OPS: ReadonlyMap<number, string> = new Map([
  [1, 'create'],
  [2, 'delete'],
  [4, 'getData'],
  [5, 'setData'],
  [8, 'getChildren'],
  [13, 'check'],
  [15, 'create2'],
  [-1, 'error'],
]);

/** A reply without its xid: `create +3 "/a"`. */
export function describeReply(reader: JuteReader, request: Request, notation: Notation): string {
  const head = `${request.op === 'mangled' ? `mangled ${request.of.op}` : request.op} ${notation.zxid(reader.readLong())}`;
  const error = reader.readInt();
  const body = error === 0 ? describeBody(reader, request, notation) : errorName(error);
  return withRest(`${head}${body === '' ? '' : ` ${body}`}`, reader);
}

/** A watch event without its xid: `event changed "/a" +4`. */
export function describeEvent(reader: JuteReader, notation: Notation): string {
  const zxid = notation.zxid(reader.readLong());
  const error = reader.readInt();
  const type = reader.readInt();
  const state = reader.readInt();
  const odd = state === 3 && error === 0 ? '' : ` state ${state} error ${error}`;
  return withRest(`event ${EVENT_NAMES[type] ?? type} ${quoted(reader.readString())} ${zxid}${odd}`, reader);
}

const ERROR_NAMES = new Map<number, string>();

function errorName(error: number): string {
  let name = ERROR_NAMES.get(error);
  if (name === undefined) {
    const { code } = errorFromZkCode(error, null);
    name = code === 'SYSTEM_ERROR' ? String(error) : code;
    ERROR_NAMES.set(error, name);
  }
  return name;
}

function withRest(line: string, { remaining }: JuteReader): string {
  return remaining === 0 ? line : `${line} and ${remaining} bytes more`;
}

function describeBody(reader: JuteReader, request: Request, notation: Notation): string {
  switch (request.op) {
    case 'create':
    case 'sync':
      return quoted(reader.readString());
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return `${quoted(reader.readString())} ${describeStat(reader, notation)}`;
    case 'exists':
    case 'setData':
    case 'setACL':
      return describeStat(reader, notation);
    case 'getData':
    case 'reconfig':
      return `${describeData(reader)} ${describeStat(reader, notation)}`;
    case 'getChildren':
    case 'getEphemerals':
      return describeNames(reader);
    case 'getChildren2':
      return `${describeNames(reader)} ${describeStat(reader, notation)}`;
    case 'getAllChildrenNumber':
    case 'addWatch':
      return String(reader.readInt());
    case 'getACL':
      return `${describeAcl(reader)} ${describeStat(reader, notation)}`;
    case 'whoAmI':
      return describeWhoAmI(reader);
    case 'multi':
    case 'multiRead':
      return describeResults(reader, notation);
    case 'mangled':
      return describeBody(reader, request.of, notation);
    default:
      return '';
  }
}

function describeResults(reader: JuteReader, notation: Notation): string {
  const results: string[] = [];
  for (;;) {
    const type = reader.readInt();
    const isDone = reader.readBoolean();
    const error = reader.readInt();
    if (isDone) return `[${results.join(' | ')}]${type === -1 && error === -1 ? '' : ` ended by ${type} ${error}`}`;
    results.push(describeResult(reader, { type, error }, notation));
  }
}

function describeResult(reader: JuteReader, header: { type: number; error: number }, notation: Notation): string {
  const name = NAMES_OF_OPS.get(header.type) ?? `type ${header.type}`;
  if (name === 'error') {
    const error = reader.readInt();
    const text = error === 0 ? 'OK' : errorName(error);
    return error === header.error ? text : `${text} under header ${header.error}`;
  }
  const body = describeResultBody(reader, name, notation);
  return `${name}${body}${header.error === 0 ? '' : ` under header ${header.error}`}`;
}

function describeResultBody(reader: JuteReader, name: string, notation: Notation): string {
  switch (name) {
    case 'create':
      return ` ${quoted(reader.readString())}`;
    case 'create2':
      return ` ${quoted(reader.readString())} ${describeStat(reader, notation)}`;
    case 'setData':
      return ` ${describeStat(reader, notation)}`;
    case 'getData':
      return ` ${describeData(reader)} ${describeStat(reader, notation)}`;
    case 'getChildren':
      return ` ${describeNames(reader)}`;
    default:
      return '';
  }
}

/** In no promised order: Apache keeps names in a hash set. */
function describeNames(reader: JuteReader): string {
  const names = Array.from({ length: reader.readCount() }, () => quoted(reader.readString()));
  return `[${names.sort().join(' ')}]`;
}

function describeAcl(reader: JuteReader): string {
  const entries = Array.from({ length: reader.readCount() }, () => {
    const perms = reader.readInt();
    const scheme = quoted(reader.readString());
    return `${scheme}:${quoted(reader.readString())}:${perms}`;
  });
  return `[${entries.join(' ')}]`;
}

function describeWhoAmI(reader: JuteReader): string {
  const entries = Array.from({ length: reader.readCount() }, () => {
    const scheme = quoted(reader.readString());
    return `${scheme}:${quoted(reader.readString())}`;
  });
  return `[${entries.sort().join(' ')}]`;
}

function describeData(reader: JuteReader): string {
  const data = reader.readBuffer();
  return data === null ? 'null' : JSON.stringify(Buffer.from(data).toString('utf8'));
}

function describeStat(reader: JuteReader, { zxid, session }: Notation): string {
  const stat = readStat(reader);
  const versions = `v${stat.version} c${stat.cversion} a${stat.aversion}`;
  const zxids = `${zxid(stat.czxid)} ${zxid(stat.mzxid)} ${zxid(stat.pzxid)}`;
  const owner = isNoSession(stat.ephemeralOwner) ? '' : ` of ${session(stat.ephemeralOwner)}`;
  // Times differ from run to run, but not how they belong together.
  const times = stat.czxid === stat.mzxid && stat.ctime !== stat.mtime ? ' mtime is not ctime' : '';
  const isOld = stat.ctime === 0 ? ' from 1970' : '';
  return `{${versions} ${zxids} len${stat.dataLength} kids${stat.numChildren}${owner}${times}${isOld}}`;
}

function quoted(text: string | null): string {
  return JSON.stringify(text);
}
