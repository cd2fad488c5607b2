/** What a client meets at a replica, in ZooKeeper's words (`Mode:` of srvr, zookeeper-facts 11.1). */

import type { RoleReport } from '../zab/effects.ts';

export type ServerMode = 'standalone' | 'leader' | 'follower' | 'observer' | 'read-only';

/** @returns null while nobody is served */
export function serverMode(
  { active, state }: RoleReport,
  { isReadOnly, isStandalone }: { readonly isReadOnly: boolean; readonly isStandalone: boolean },
): ServerMode | null {
  if (!active || state === 'looking') return isReadOnly ? 'read-only' : null;
  if (state === 'leading') return isStandalone ? 'standalone' : 'leader';
  return state === 'following' ? 'follower' : 'observer';
}
