/**
 * Prepares the writes of single znodes: create, delete, setData, and the check of a multi. Each function lists its
 * checks in ZooKeeper's order and records what the txn will change.
 */

import { NO_SESSION } from '../ids.ts';
import { type Acl, Permission } from '../jute/acl.ts';
import { OpCode } from '../jute/op-code.ts';
import type { CreateRequest, SetDataRequest, VersionedRequest } from '../jute/request.ts';
import { CreateFlag, isCreateMode } from '../jute/request.ts';
import type { CheckTxn, CreateTxn, DeleteTxn, SetDataTxn } from '../jute/txn.ts';
import { validatePath } from '../tree/path.ts';
import { fixUpAcl, requirePermission } from './authorize.ts';
import type { ZnodeRecord, ZnodeRecords } from './outstanding-changes.ts';
import { RequestRefused } from './refusal.ts';
import type { Requester } from './requester.ts';

const ANY_VERSION = -1;
const UNDELETABLE = new Set(['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config']);
const SEQUENCE_DIGITS = 10;

type CreateOpCode = typeof OpCode.create | typeof OpCode.create2;

export function prepareCreate(
  request: CreateRequest & { readonly type: CreateOpCode },
  requester: Requester,
  records: ZnodeRecords,
): CreateTxn {
  const { session, identities } = requester;
  const { flags } = request;
  if (!isCreateMode(flags)) throw new RequestRefused('BAD_ARGUMENTS');
  if (flags >= CreateFlag.persistentWithTtl) throw new RequestRefused('UNIMPLEMENTED');
  const { path: requested, parentPath } = splitPath(request.path);
  const acl = fixUpAcl(request.acl, requester);
  const parent = requireZnode(records, parentPath);
  requirePermission(parent.acl, Permission.create, identities);
  const path = isSequential(flags) ? requested + sequenceSuffix(parent.cversion) : requested;
  if (validatePath(path) !== null) throw new RequestRefused('BAD_ARGUMENTS');
  if (records.get(path) !== null) throw new RequestRefused('NODE_EXISTS');
  if (parent.isEphemeral) throw new RequestRefused('NO_CHILDREN_FOR_EPHEMERALS');

  const ephemeral = flags === CreateFlag.ephemeral || flags === CreateFlag.ephemeralSequential;
  // In 32 bits, as Java has it; the tree does not follow beyond 2^31 - 1.
  const parentCVersion = (parent.cversion + 1) | 0;
  records.set(parentPath, { ...parent, cversion: parentCVersion, childCount: parent.childCount + 1 });
  records.set(path, freshRecord(acl, ephemeral, session));
  return { type: request.type, path, data: request.data, acl, ephemeral, parentCVersion };
}

export function prepareDelete(request: VersionedRequest, { identities }: Requester, records: ZnodeRecords): DeleteTxn {
  const { path, parentPath } = splitPath(request.path);
  if (UNDELETABLE.has(path)) throw new RequestRefused('BAD_ARGUMENTS');
  const parent = requireZnode(records, parentPath);
  requirePermission(parent.acl, Permission.delete, identities);
  const record = requireZnode(records, path);
  requireVersion(request.version, record.version);
  if (record.childCount > 0) throw new RequestRefused('NOT_EMPTY');

  records.set(path, { ...record, exists: false });
  records.set(parentPath, { ...parent, childCount: parent.childCount - 1 });
  return { type: OpCode.delete, path };
}

export function prepareSetData(request: SetDataRequest, { identities }: Requester, records: ZnodeRecords): SetDataTxn {
  const path = requireSyntax(request.path);
  const record = requireZnode(records, path);
  requirePermission(record.acl, Permission.write, identities);
  requireVersion(request.version, record.version);

  const version = (record.version + 1) | 0;
  records.set(path, { ...record, version });
  return { type: OpCode.setData, path, data: request.data, version };
}

export function prepareCheck(request: VersionedRequest, { identities }: Requester, records: ZnodeRecords): CheckTxn {
  const path = requireSyntax(request.path);
  const record = requireZnode(records, path);
  requirePermission(record.acl, Permission.read, identities);
  requireVersion(request.version, record.version);
  return { type: OpCode.check, path, version: (record.version + 1) | 0 };
}

function freshRecord(acl: readonly Acl[], isEphemeral: boolean, session: Requester['session']): ZnodeRecord {
  const owner = isEphemeral ? session : NO_SESSION;
  return { exists: true, version: 0, cversion: 0, aversion: 0, childCount: 0, isEphemeral, owner, acl };
}

// The textual parent only: full syntax is checked later, after the parent was found, as ZooKeeper does.
function splitPath(path: string | null): { path: string; parentPath: string } {
  if (path === null) throw new RequestRefused('MARSHALLING_ERROR');
  const slash = path.lastIndexOf('/');
  if (slash < 0 || path.includes('\0')) throw new RequestRefused('BAD_ARGUMENTS');
  return { path, parentPath: slash === 0 ? '/' : path.slice(0, slash) };
}

function requireSyntax(path: string | null): string {
  if (path === null || validatePath(path) !== null) throw new RequestRefused('BAD_ARGUMENTS');
  return path;
}

function requireZnode(records: ZnodeRecords, path: string): ZnodeRecord {
  const record = records.get(path);
  if (record === null) throw new RequestRefused('NO_NODE');
  return record;
}

function requireVersion(expected: number, actual: number): void {
  if (expected !== ANY_VERSION && expected !== actual) throw new RequestRefused('BAD_VERSION');
}

function isSequential(flags: number): boolean {
  return flags === CreateFlag.persistentSequential || flags === CreateFlag.ephemeralSequential;
}

// Java's %010d: a sign counts as a digit.
function sequenceSuffix(cversion: number): string {
  return cversion < 0
    ? `-${String(-cversion).padStart(SEQUENCE_DIGITS - 1, '0')}`
    : String(cversion).padStart(SEQUENCE_DIGITS, '0');
}
