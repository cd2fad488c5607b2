/** The operations around permission and identity: getACL, setACL, whoAmI (facts 7). */

import type { Acl } from '../../../core/jute/acl.ts';
import { type ClientInfo, writeSetAclRequest } from '../../../core/jute/auth.ts';
import { OpCode } from '../../../core/jute/op-code.ts';
import type { Stat } from '../../../core/jute/stat.ts';
import { ANY_VERSION, type CallOptions, type VersionOptions } from '../call-options.ts';
import { writeNothing } from '../frame-writer.ts';
import { ACL_REPLY, IDENTITIES_REPLY, STAT_REPLY, type ZnodeAcl } from '../replies.ts';
import type { Requester } from '../requester.ts';

export function getAcl(requester: Requester, path: string, options: CallOptions): Promise<ZnodeAcl> {
  return requester.askPath(OpCode.getACL, path, ACL_REPLY, options);
}

export interface SetAclCall {
  readonly path: string;
  readonly acl: readonly Acl[];
  readonly options: VersionOptions;
}

export function setAcl(requester: Requester, { path, acl, options }: SetAclCall): Promise<Stat> {
  const body = { path: requester.chroot.toServer(path), acl, version: options.version ?? ANY_VERSION };
  const spec = { op: OpCode.setACL, writeBody: writeSetAclRequest, body, path, shape: STAT_REPLY };
  return requester.request(spec, options);
}

export function whoAmI(requester: Requester, options: CallOptions): Promise<readonly ClientInfo[]> {
  return requester.ask(OpCode.whoAmI, { writeBody: writeNothing, body: null }, IDENTITIES_REPLY, options);
}
