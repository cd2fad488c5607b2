/**
 * What the leader's settings, its ensemble and the committed tree say about writes, beside what stands in the request:
 * the same for every request of a term.
 */

import type { Acl } from '../../jute/acl.ts';
import type { Identity } from '../../jute/quorum.ts';
import { requirePermission } from '../access/authorize.ts';
import type { Membership } from '../membership/membership.ts';
import type { QuotaGuard } from './quota-guard.ts';
import { REAPER_DEFAULTS, type ReaperSettings } from './reaper.ts';

/** Settings of an ensemble that decide about writes, the same for each of its replicas. */
export interface WriteSettings extends ReaperSettings {
  /** Whether znodes may have a time to live (zookeeper.extendedTypesEnabled). */
  readonly extendedTypes: boolean;
  /** Everybody may do everything (zookeeper.skipACL). */
  readonly skipAcl: boolean;
  /** Refuse at the client's replica what its tree forbids (zookeeper.enableEagerACLCheck). No effect on a server alone. */
  readonly eagerAclCheck: boolean;
  /** Hard quotas are refusals, and not warnings only (zookeeper.enforceQuota). */
  readonly enforceQuota: boolean;
  /** Whether reconfig is judged at all; membership is fixed either way. */
  readonly reconfigEnabled: boolean;
}

export const WRITE_DEFAULTS: WriteSettings = Object.freeze({
  extendedTypes: false,
  skipAcl: false,
  eagerAclCheck: false,
  enforceQuota: false,
  reconfigEnabled: false,
  ...REAPER_DEFAULTS,
});

export interface WriteRules {
  readonly settings: WriteSettings;
  /** The schemes whose ids an ACL may name, beside `world` and `auth`. */
  readonly aclSchemes: ReadonlySet<string>;
  readonly quotas: QuotaGuard;
  readonly membership: Membership;
}

/** @throws RequestRefused NO_AUTH */
export function requireAllowed(
  acl: readonly Acl[],
  permission: number,
  { settings }: WriteRules,
  identities: readonly Identity[],
): void {
  if (!settings.skipAcl) requirePermission(acl, permission, identities);
}
