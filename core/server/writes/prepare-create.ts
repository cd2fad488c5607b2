/**
 * Prepares create, create2, createContainer and createTTL. The op decides what kind of znode it becomes, the flag only
 * whether it is ephemeral and sequential (zookeeper-facts 3.1, 4.2): the flag of a container makes an ordinary znode of
 * create, and a flag with time to live is no flag for any op but createTTL.
 */

import { NO_SESSION, type SessionId } from '../../ids.ts';
import { type Acl, Permission } from '../../jute/acl.ts';
import { OpCode } from '../../jute/op-code.ts';
import type { CreateRequest } from '../../jute/request.ts';
import { CreateFlag, isCreateMode } from '../../jute/request.ts';
import type { CreateContainerTxn, CreateTtlTxn, CreateTxn } from '../../jute/txn.ts';
import { type OwnerKind, TTL_MAX_MS } from '../../tree/ephemeral-owner.ts';
import { validatePath } from '../../tree/path.ts';
import { fixUpAcl } from '../access/authorize.ts';
import type { ZnodeRecord } from './outstanding-changes.ts';
import { nextVersion, type Preparation, requireZnode, splitPath } from './preparation.ts';
import { RequestRefused } from './refusal.ts';
import { requireAllowed, type WriteRules } from './write-rules.ts';

const SEQUENCE_DIGITS = 10;

export type AnyCreateRequest =
  | (CreateRequest & { readonly type: typeof OpCode.create | typeof OpCode.create2 | typeof OpCode.createContainer })
  | (CreateRequest & { readonly type: typeof OpCode.createTTL; readonly ttl: number });

/** @throws RequestRefused */
export function prepareCreate(
  request: AnyCreateRequest,
  { requester, records, rules }: Preparation,
): CreateTxn | CreateContainerTxn | CreateTtlTxn {
  const { flags, data } = request;
  const { session, identities } = requester;
  if (!isCreateMode(flags)) throw new RequestRefused('BAD_ARGUMENTS');
  requireTimeToLive(request, rules);
  const { path: requested, parentPath } = splitPath(request.path);
  const acl = fixUpAcl(request.acl, identities, rules.aclSchemes);
  const parent = requireZnode(records, parentPath);
  requireAllowed(parent.acl, Permission.create, rules, identities);
  const path = isSequential(flags) ? requested + sequenceSuffix(parent.cversion) : requested;
  if (validatePath(path) !== null) throw new RequestRefused('BAD_ARGUMENTS');
  if (records.get(path) !== null) throw new RequestRefused('NODE_EXISTS');
  if (parent.kind === 'ephemeral') throw new RequestRefused('NO_CHILDREN_FOR_EPHEMERALS');
  const dataLength = data === null ? 0 : data.length;
  rules.quotas.check(path, { count: 1, bytes: dataLength });

  const kind = kindOf(request);
  // The tree does not follow beyond 2^31 - 1.
  const parentCVersion = nextVersion(parent.cversion);
  records.set(parentPath, { ...parent, cversion: parentCVersion, childCount: parent.childCount + 1 });
  records.set(path, freshRecord({ kind, acl, dataLength, session }));
  switch (request.type) {
    case OpCode.createContainer:
      return { type: request.type, path, data, acl, parentCVersion };
    case OpCode.createTTL:
      return { type: request.type, path, data, acl, parentCVersion, ttl: request.ttl };
    default:
      return { type: request.type, path, data, acl, ephemeral: kind === 'ephemeral', parentCVersion };
  }
}

// ZooKeeper would log a createTTL without a flag for it, and stop at applying it.
function requireTimeToLive(request: AnyCreateRequest, { settings }: WriteRules): void {
  const isAsked = request.flags >= CreateFlag.persistentWithTtl;
  if (isAsked && !settings.extendedTypes) throw new RequestRefused('UNIMPLEMENTED');
  if (request.type !== OpCode.createTTL) {
    if (isAsked) throw new RequestRefused('BAD_ARGUMENTS');
    return;
  }
  if (!isAsked || request.ttl < 1 || request.ttl > TTL_MAX_MS) throw new RequestRefused('BAD_ARGUMENTS');
}

function kindOf({ type, flags }: AnyCreateRequest): OwnerKind {
  if (type === OpCode.createContainer) return 'container';
  if (type === OpCode.createTTL) return 'ttl';
  return flags === CreateFlag.ephemeral || flags === CreateFlag.ephemeralSequential ? 'ephemeral' : 'persistent';
}

interface Birth {
  readonly kind: OwnerKind;
  readonly acl: readonly Acl[];
  readonly dataLength: number;
  readonly session: SessionId;
}

function freshRecord({ kind, acl, dataLength, session }: Birth): ZnodeRecord {
  const owner = kind === 'ephemeral' ? session : NO_SESSION;
  return { exists: true, version: 0, cversion: 0, aversion: 0, childCount: 0, dataLength, kind, owner, acl };
}

function isSequential(flags: number): boolean {
  return (
    flags === CreateFlag.persistentSequential ||
    flags === CreateFlag.ephemeralSequential ||
    flags === CreateFlag.persistentSequentialWithTtl
  );
}

// Java's %010d: a sign counts as a digit.
function sequenceSuffix(cversion: number): string {
  return cversion < 0
    ? `-${String(-cversion).padStart(SEQUENCE_DIGITS - 1, '0')}`
    : String(cversion).padStart(SEQUENCE_DIGITS, '0');
}
