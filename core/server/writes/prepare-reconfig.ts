/**
 * Judges a reconfig, in ZooKeeper's order of checks, and refuses it whatever they say: the members of the ensemble are the
 * replicas of a process, and that does not change while it runs. Who asks for something that ZooKeeper would refuse hears
 * ZooKeeper's error; who asks for something that it would do hears that this server does not.
 */

import { Permission } from '../../jute/acl.ts';
import type { ReconfigRequest } from '../../jute/reconfig.ts';
import { quorumSize } from '../../zab/quorum.ts';
import { INITIAL_CONFIG_VERSION } from '../membership/ensemble-config.ts';
import { votersAfter } from './next-membership.ts';
import { type Preparation, requireVersion, requireZnode } from './preparation.ts';
import { RequestRefused } from './refusal.ts';
import { requireAllowed } from './write-rules.ts';

const CONFIG = '/zookeeper/config';
/** Fewer would be a standalone server. */
const VOTERS_MIN = 2;

/** @throws RequestRefused in any case */
export function prepareReconfig(request: ReconfigRequest, { requester, records, rules }: Preparation): never {
  const { settings, membership } = rules;
  if (!settings.reconfigEnabled) throw new RequestRefused('RECONFIG_DISABLED');
  if (membership.isStandalone) throw new RequestRefused('UNIMPLEMENTED');
  requireVersion(request.curConfigId, INITIAL_CONFIG_VERSION);
  const voters = votersAfter(request, membership.members);
  if (voters.length < VOTERS_MIN) throw new RequestRefused('BAD_ARGUMENTS');
  const synced: readonly number[] = membership.syncedVoters;
  const syncedCount = voters.filter((voter) => synced.includes(voter)).length;
  if (syncedCount < quorumSize(voters.length)) throw new RequestRefused('NEW_CONFIG_NO_QUORUM');
  const config = requireZnode(records, CONFIG);
  requireAllowed(config.acl, Permission.write, rules, requester.identities);
  throw new RequestRefused('UNIMPLEMENTED');
}
