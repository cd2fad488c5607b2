/**
 * How a znode is asked for. The op decides its kind, the flag only whether it is ephemeral and sequential (facts 3.1):
 * containers and TTL znodes have ops of their own.
 */

import { EnsembleError } from '../../core/errors.ts';
import { type Acl, OPEN_ACL } from '../../core/jute/acl.ts';
import type { MultiOp } from '../../core/jute/multi.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import { CreateFlag, type CreateRequest, writeCreateRequest, writeCreateTtlRequest } from '../../core/jute/request.ts';
import type { JuteWriter } from '../../core/jute/writer.ts';
import { type Data, toBytes } from './data.ts';
import { type Chroot, checkPath } from './path.ts';

/**
 * `ephemeral…` znodes end with the session. `…Sequential` ones get a number of ten digits at the end of their name. A
 * `container` goes some time after its last child, `…WithTtl` when nothing changed it for its time to live and it has no
 * children (the servers must have that switched on).
 */
export type CreateMode = keyof typeof CreateFlag;

export interface CreateOptions {
  /** Default `persistent`. */
  readonly mode?: CreateMode | undefined;
  /** Default: everybody may do everything. */
  readonly acl?: readonly Acl[] | undefined;
  /** Time to live in milliseconds, 1 … 2^40 - 1: required for the modes `…WithTtl`, and only for them. */
  readonly ttlMs?: number | undefined;
}

export interface CreateParts {
  readonly path: string;
  readonly data: Data;
  readonly options: CreateOptions;
  readonly chroot: Chroot;
  /** The op for everything but containers and TTL znodes, which have their own. */
  readonly plainOp: typeof OpCode.create | typeof OpCode.create2;
}

type TtlCreate = Extract<MultiOp, { readonly type: typeof OpCode.createTTL }>;
type PlainCreate = Exclude<Extract<MultiOp, CreateRequest>, TtlCreate>;

const TTL_MS_MAX = 2 ** 40 - 1;
/** Set in the flags of the sequential modes, and in no other. */
const SEQUENTIAL_BIT = 2;

/** @throws EnsembleError BAD_ARGUMENTS for a path or TTL that no server would accept */
export function makeCreate({ path, data, options, chroot, plainOp }: CreateParts): PlainCreate | TtlCreate {
  const { mode = 'persistent', acl = OPEN_ACL, ttlMs } = options;
  const flags = CreateFlag[mode];
  // The server adds the number to the name, so a sequential path may end in a slash.
  if ((flags & SEQUENTIAL_BIT) === 0) checkPath(path);
  else checkPath(`${path}1`);
  const body = { path: chroot.toServer(path), data: toBytes(data), acl, flags };
  if (mode === 'persistentWithTtl' || mode === 'persistentSequentialWithTtl') {
    return { type: OpCode.createTTL, ...body, ttl: checkTtl(ttlMs, path) };
  }
  if (ttlMs !== undefined) throw new EnsembleError('BAD_ARGUMENTS', path, `mode ${mode} has no time to live`);
  return { type: mode === 'container' ? OpCode.createContainer : plainOp, ...body };
}

export function writeCreate(writer: JuteWriter, body: PlainCreate | TtlCreate): void {
  if (body.type === OpCode.createTTL) writeCreateTtlRequest(writer, body);
  else writeCreateRequest(writer, body);
}

function checkTtl(ttlMs: number | undefined, path: string): number {
  if (ttlMs !== undefined && Number.isInteger(ttlMs) && ttlMs >= 1 && ttlMs <= TTL_MS_MAX) return ttlMs;
  throw new EnsembleError('BAD_ARGUMENTS', path, `ttlMs is to be 1 … ${TTL_MS_MAX}, it is ${ttlMs}`);
}
