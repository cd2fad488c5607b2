/**
 * Refuses writes where their client is connected, by the ACLs that this replica's own tree shows, before they travel to the
 * leader (ZooKeeperServer.authWriteRequest; zookeeper-facts 4.4). It only spares the leader work: what is let through is
 * judged there, by the ACLs that hold by then.
 *
 * As in ZooKeeper, it looks at create, create2, delete, setData and setACL, and at an ACL in the request; a refusal takes no
 * zxid, and carries 0.
 */

import type { OutcomeCode } from '../../errors.ts';
import { type Acl, Permission } from '../../jute/acl.ts';
import { OpCode } from '../../jute/op-code.ts';
import type { Identity } from '../../jute/quorum.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import { type AuthPolicy, aclSchemesOf } from '../access/auth-policy.ts';
import { fixUpAcl, isAllowed } from '../access/authorize.ts';
import { splitPath } from './preparation.ts';
import { RequestRefused } from './refusal.ts';
import type { WriteRequest } from './write-request.ts';
import type { WriteSettings } from './write-rules.ts';

/** The zxid of such a refusal. */
export const NO_ZXID = 0;

interface Demand {
  readonly path: string;
  readonly permission: number;
  /** What the request wants to set; null: no ACL. */
  readonly acl: readonly Acl[] | null;
}

export class EagerAclCheck {
  readonly #aclSchemes: ReadonlySet<string>;
  readonly #skipAcl: boolean;

  constructor(auth: AuthPolicy, { skipAcl }: Pick<WriteSettings, 'skipAcl'>) {
    this.#aclSchemes = aclSchemesOf(auth);
    this.#skipAcl = skipAcl;
  }

  /** @returns null for what the leader is to decide */
  refusalOf(write: WriteRequest, identities: readonly Identity[], tree: DataTree): OutcomeCode | null {
    const demand = demandOf(write);
    if (demand === null) return null;
    if (demand.acl !== null && !this.#isSound(demand.acl, identities)) return 'INVALID_ACL';
    const row = tree.find(demand.path);
    if (row < 0 || this.#skipAcl) return null;
    return isAllowed(tree.acl(row), demand.permission, identities) ? null : 'NO_AUTH';
  }

  #isSound(acl: readonly Acl[], identities: readonly Identity[]): boolean {
    try {
      fixUpAcl(acl, identities, this.#aclSchemes);
    } catch (reason) {
      if (!(reason instanceof RequestRefused)) throw reason;
      // An entry without an id makes the request undecodable, which is the leader's to say.
      return acl.some(({ id }) => id === null);
    }
    return true;
  }
}

function demandOf(write: WriteRequest): Demand | null {
  switch (write.type) {
    case OpCode.create:
    case OpCode.create2:
      return parentDemand(write.path, Permission.create, write.acl);
    case OpCode.delete:
      return parentDemand(write.path, Permission.delete, null);
    case OpCode.setData:
      return write.path === null ? null : { path: write.path, permission: Permission.write, acl: null };
    case OpCode.setACL:
      return write.path === null ? null : { path: write.path, permission: Permission.admin, acl: write.acl };
    default:
      return null;
  }
}

function parentDemand(path: string | null, permission: number, acl: readonly Acl[] | null): Demand | null {
  if (path === null || !path.includes('/') || path.includes('\0')) return null;
  return { path: splitPath(path).parentPath, permission, acl };
}
