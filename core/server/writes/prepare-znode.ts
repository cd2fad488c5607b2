/**
 * Prepares the writes of single znodes that exist: delete, setData, setACL, the check of a multi, and the removal of
 * containers and TTL znodes by the leader itself. Each function lists its checks in ZooKeeper's order and records what
 * the txn will change.
 */

import { Permission } from '../../jute/acl.ts';
import type { SetAclRequest } from '../../jute/auth.ts';
import { OpCode } from '../../jute/op-code.ts';
import type { SetDataRequest, VersionedRequest } from '../../jute/request.ts';
import type { CheckTxn, DeleteTxn, SetAclTxn, SetDataTxn } from '../../jute/txn.ts';
import { fixUpAcl } from '../access/authorize.ts';
import type { OutstandingChanges } from './outstanding-changes.ts';
import {
  nextVersion,
  type Preparation,
  requireSyntax,
  requireVersion,
  requireZnode,
  splitPath,
} from './preparation.ts';
import { RequestRefused } from './refusal.ts';
import { requireAllowed } from './write-rules.ts';

const UNDELETABLE = new Set(['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config']);

export function prepareDelete(request: VersionedRequest, { requester, records, rules }: Preparation): DeleteTxn {
  const { path, parentPath } = splitPath(request.path);
  if (UNDELETABLE.has(path)) throw new RequestRefused('BAD_ARGUMENTS');
  const parent = requireZnode(records, parentPath);
  requireAllowed(parent.acl, Permission.delete, rules, requester.identities);
  const record = requireZnode(records, path);
  requireVersion(request.version, record.version);
  if (record.childCount > 0) throw new RequestRefused('NOT_EMPTY');

  records.set(path, { ...record, exists: false });
  records.set(parentPath, { ...parent, childCount: parent.childCount - 1 });
  return { type: OpCode.delete, path };
}

/**
 * The tree shows a znode of no use. Where something is under way for it, that may be so no more: it has a child again, was
 * written to, or has made way for another of this name.
 * @returns null where it is to stay until the next search
 */
export function prepareDeleteContainer(path: string, changes: OutstandingChanges): DeleteTxn | null {
  const { parentPath } = splitPath(path);
  const record = changes.get(path);
  const parent = changes.get(parentPath);
  if (record === null || parent === null || changes.isUnderWay(path)) return null;

  changes.set(path, { ...record, exists: false });
  changes.set(parentPath, { ...parent, childCount: parent.childCount - 1 });
  return { type: OpCode.deleteContainer, path };
}

export function prepareSetData(request: SetDataRequest, { requester, records, rules }: Preparation): SetDataTxn {
  const path = requireSyntax(request.path);
  const record = requireZnode(records, path);
  requireAllowed(record.acl, Permission.write, rules, requester.identities);
  const { data } = request;
  const dataLength = data === null ? 0 : data.length;
  rules.quotas.check(path, { count: 0, bytes: dataLength - record.dataLength });
  requireVersion(request.version, record.version);

  const version = nextVersion(record.version);
  records.set(path, { ...record, version, dataLength });
  return { type: OpCode.setData, path, data, version };
}

export function prepareSetAcl(request: SetAclRequest, { requester, records, rules }: Preparation): SetAclTxn {
  const path = requireSyntax(request.path);
  const acl = fixUpAcl(request.acl, requester.identities, rules.aclSchemes);
  const record = requireZnode(records, path);
  requireAllowed(record.acl, Permission.admin, rules, requester.identities);
  requireVersion(request.version, record.aversion);

  const aversion = nextVersion(record.aversion);
  records.set(path, { ...record, aversion, acl });
  return { type: OpCode.setACL, path, acl, version: aversion };
}

export function prepareCheck(request: VersionedRequest, { requester, records, rules }: Preparation): CheckTxn {
  const path = requireSyntax(request.path);
  const record = requireZnode(records, path);
  requireAllowed(record.acl, Permission.read, rules, requester.identities);
  requireVersion(request.version, record.version);
  return { type: OpCode.check, path, version: nextVersion(record.version) };
}
