/** What the bodies of replies hold, by operation (facts 3.1). Data is copied: a reply's bytes are lent. */

import type { EnsembleError } from '../../core/errors.ts';
import { type Acl, readAcl } from '../../core/jute/acl.ts';
import { type ClientInfo, readClientInfos } from '../../core/jute/auth.ts';
import { type MultiResult, readMultiResults } from '../../core/jute/multi.ts';
import { type MultiReadResult, readMultiReadResults } from '../../core/jute/multi-read.ts';
import type { JuteReader } from '../../core/jute/reader.ts';
import { readStat, type Stat } from '../../core/jute/stat.ts';
import type { Chroot } from './path.ts';
import type { ReplyShape } from './pending-request.ts';

export interface ZnodeData {
  /** The caller's own copy; null if the znode holds none, which differs from an empty one. */
  readonly data: Buffer | null;
  readonly stat: Stat;
}

export interface ZnodeChildren {
  /** Names without the parent's path, in no promised order. */
  readonly children: readonly string[];
  readonly stat: Stat;
}

export interface ZnodeAcl {
  readonly acl: readonly Acl[];
  readonly stat: Stat;
}

export interface CreatedZnode {
  readonly path: string;
  readonly stat: Stat;
}

/** What came of a member of a multiRead, each for itself. */
export type ReadResult =
  | ({ readonly type: 'getData' } & ZnodeData)
  | { readonly type: 'getChildren'; readonly children: readonly string[] }
  | { readonly type: 'error'; readonly error: EnsembleError };

/** The same, as it came in. */
type ReadResultRecord =
  | Exclude<ReadResult, { readonly type: 'error' }>
  | Extract<MultiReadResult, { readonly type: 'error' }>;

export const NO_REPLY: ReplyShape<void> = { decode: () => undefined };
export const STAT_REPLY: ReplyShape<Stat> = { decode: readStat };
export const EXISTS_REPLY: ReplyShape<Stat | null> = { decode: readStat, whenNoNode: { value: null } };
export const DATA_REPLY: ReplyShape<ZnodeData> = { decode: readData };
export const CHILDREN_REPLY: ReplyShape<ZnodeChildren> = { decode: readChildren };
export const ACL_REPLY: ReplyShape<ZnodeAcl> = { decode: readZnodeAcl };
export const MULTI_REPLY: ReplyShape<readonly MultiResult[]> = { decode: readMultiResults };
export const MULTI_READ_REPLY: ReplyShape<readonly ReadResultRecord[]> = { decode: readMany };
export const NAMES_REPLY: ReplyShape<readonly string[]> = { decode: readNames };
export const COUNT_REPLY: ReplyShape<number> = { decode: (reader) => reader.readInt() };
export const IDENTITIES_REPLY: ReplyShape<readonly ClientInfo[]> = { decode: readClientInfos };

/** The path of a new znode, seen from below the chroot. */
export function pathReply(chroot: Chroot): ReplyShape<string> {
  return { decode: (reader) => chroot.toClient(reader.readString() ?? '') };
}

/** The same, with its Stat. */
export function createdReply(chroot: Chroot): ReplyShape<CreatedZnode> {
  return { decode: (reader) => ({ path: chroot.toClient(reader.readString() ?? ''), stat: readStat(reader) }) };
}

function readData(reader: JuteReader): ZnodeData {
  const data = reader.readBuffer();
  return { data: data === null ? null : Buffer.from(data), stat: readStat(reader) };
}

function readMany(reader: JuteReader): readonly ReadResultRecord[] {
  return readMultiReadResults(reader).map((result) =>
    result.type === 'getData' ? { ...result, data: result.data === null ? null : Buffer.from(result.data) } : result,
  );
}

function readChildren(reader: JuteReader): ZnodeChildren {
  const children = readNames(reader);
  return { children, stat: readStat(reader) };
}

function readZnodeAcl(reader: JuteReader): ZnodeAcl {
  const acl = readAcl(reader);
  return { acl, stat: readStat(reader) };
}

function readNames(reader: JuteReader): readonly string[] {
  const count = reader.readCount();
  const names: string[] = [];
  for (let index = 0; index < count; index++) names.push(reader.readString() ?? '');
  return names;
}
