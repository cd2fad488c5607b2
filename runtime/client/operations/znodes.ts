/** The operations on a single znode: create, delete, exists, getData, setData, getChildren (facts 3.1). */

import { OpCode } from '../../../core/jute/op-code.ts';
import { writeSetDataRequest, writeVersionedRequest, writeWatchableRequest } from '../../../core/jute/request.ts';
import type { Stat } from '../../../core/jute/stat.ts';
import { ANY_VERSION, type CallOptions, type ReadOptions, type VersionOptions } from '../call-options.ts';
import { type CreateOptions, makeCreate, writeCreate } from '../create-request.ts';
import { type Data, toBytes } from '../data.ts';
import { checkPath } from '../path.ts';
import type { ReplyShape } from '../pending-request.ts';
import {
  CHILDREN_REPLY,
  DATA_REPLY,
  EXISTS_REPLY,
  NO_REPLY,
  STAT_REPLY,
  type ZnodeChildren,
  type ZnodeData,
} from '../replies.ts';
import type { Requester } from '../requester.ts';
import type { WatchKind } from '../watches.ts';

export interface CreateCall<Value> {
  readonly path: string;
  readonly data: Data;
  readonly options: CreateOptions & CallOptions;
  readonly plainOp: typeof OpCode.create | typeof OpCode.create2;
  readonly shape: ReplyShape<Value>;
}

export function create<Value>(requester: Requester, call: CreateCall<Value>): Promise<Value> {
  const { path, data, options, plainOp, shape } = call;
  return new Promise((resolve, reject) => {
    const body = makeCreate({ path, data, options, chroot: requester.chroot, plainOp });
    const spec = { op: body.type, writeBody: writeCreate, body, path, shape };
    requester.session.submit(spec, { resolve, reject }, options.signal);
  });
}

export function remove(requester: Requester, path: string, options: VersionOptions): Promise<void> {
  const body = { path: requester.chroot.toServer(path), version: options.version ?? ANY_VERSION };
  const spec = { op: OpCode.delete, writeBody: writeVersionedRequest, body, path, shape: NO_REPLY };
  return requester.request(spec, options);
}

export function setData(requester: Requester, path: string, data: Data, options: VersionOptions): Promise<Stat> {
  const version = options.version ?? ANY_VERSION;
  const body = { path: requester.chroot.toServer(path), data: toBytes(data), version };
  const spec = { op: OpCode.setData, writeBody: writeSetDataRequest, body, path, shape: STAT_REPLY };
  return requester.request(spec, options);
}

export function exists(requester: Requester, path: string, options: ReadOptions): Promise<Stat | null> {
  // Of a znode that is not there, its creation is waited for.
  const kindOf = (stat: Stat | null): WatchKind => (stat === null ? 'exist' : 'data');
  return read(requester, { op: OpCode.exists, path, shape: EXISTS_REPLY, kindOf, options });
}

export function getData(requester: Requester, path: string, options: ReadOptions): Promise<ZnodeData> {
  return read(requester, { op: OpCode.getData, path, shape: DATA_REPLY, kindOf: dataKind, options });
}

export function getChildren(requester: Requester, path: string, options: ReadOptions): Promise<ZnodeChildren> {
  return read(requester, { op: OpCode.getChildren2, path, shape: CHILDREN_REPLY, kindOf: childKind, options });
}

interface ReadCall<Value> {
  readonly op: number;
  readonly path: string;
  readonly shape: ReplyShape<Value>;
  /** The watch that the server has set, by its answer. */
  readonly kindOf: (value: Value) => WatchKind;
  readonly options: ReadOptions;
}

function read<Value>(requester: Requester, { op, path, shape, kindOf, options }: ReadCall<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    checkPath(path);
    const { watch, signal } = options;
    const body = { path: requester.chroot.toServer(path), watch: watch !== undefined };
    const spec = { op, writeBody: writeWatchableRequest, body, path, shape };
    if (watch === undefined) {
      requester.session.submit(spec, { resolve, reject }, signal);
      return;
    }
    const watchAndResolve = (value: Value): void => {
      requester.session.watches.add(kindOf(value), body.path, watch);
      resolve(value);
    };
    requester.session.submit(spec, { resolve: watchAndResolve, reject }, signal);
  });
}

function dataKind(): WatchKind {
  return 'data';
}

function childKind(): WatchKind {
  return 'child';
}
