/**
 * What a replica can say of a request by itself, as it comes in: that it cannot be carried out here, that its own tree
 * forbids it, that there is no room for it. Everything else is for the leader to decide.
 */

import type { DataTree } from '../../tree/data-tree.ts';
import { refuseReadOnly } from '../sessions/read-only-desk.ts';
import type { Upstream } from '../upstream.ts';
import { type EagerAclCheck, NO_ZXID } from '../writes/eager-acl-check.ts';
import type { Connection } from './connection.ts';
import { type PendingRequest, refuseHere } from './pending-request.ts';
import type { ServerLoad } from './server-load.ts';

export class Admission {
  /** False while the disk takes nothing more. */
  isWritable = true;
  readonly #load: ServerLoad;
  readonly #eagerAcls: EagerAclCheck | null;

  constructor(load: ServerLoad, eagerAcls: EagerAclCheck | null) {
    this.#load = load;
    this.#eagerAcls = eagerAcls;
  }

  /** Refuses in the request what is to be refused. @returns why its connection has to end instead, being too large; or null */
  judge(request: PendingRequest, connection: Connection, upstream: Upstream | null, tree: DataTree): string | null {
    if (!this.#load.admits(request.end - request.start)) return 'too many large requests wait already';
    if (upstream?.isReadOnly === true) refuseReadOnly(request, connection);
    else if (request.kind === 'write' && !this.isWritable) refuseHere(request, 'SYSTEM_ERROR');
    else if (upstream !== null) this.#askAcls(request, tree);
    return null;
  }

  #askAcls(request: PendingRequest, tree: DataTree): void {
    const { write, identities } = request;
    if (this.#eagerAcls === null || write === null) return;
    const refusal = this.#eagerAcls.refusalOf(write, identities, tree);
    if (refusal !== null) refuseHere(request, refusal, NO_ZXID);
  }
}
