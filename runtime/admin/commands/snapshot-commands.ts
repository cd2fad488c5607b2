/**
 * `snapshot` takes a snapshot and sends it; `restore` is refused (zookeeper-facts 11.3, ZooKeeper 3.9).
 *
 * Whoever asks proves who he is by the header `Authorization: <scheme> <auth>`, and must hold all permissions on `/`. One
 * snapshot is taken within `adminSnapshotIntervalMs`, counted for each server by itself.
 */

import { Permission } from '../../../core/jute/acl.ts';
import { isAllowed } from '../../../core/server/access/authorize.ts';
import { formatZxid } from '../../../core/zxid.ts';
import { identify } from '../identify.ts';
import type { ReplicaView } from '../replica-view.ts';
import type { AdminCommand, CommandAnswer, CommandRequest } from './command.ts';

const ALL_PERMISSIONS = [Permission.read, Permission.write, Permission.create, Permission.delete, Permission.admin];

/** Of a server's last snapshot by command; monotonic. */
const lastTakenMs = new WeakMap<object, number>();

export const SNAPSHOT_COMMANDS: readonly AdminCommand[] = [
  { names: ['snapshot', 'snap'], needsService: true, run: takeSnapshot },
  {
    names: ['restore', 'rest'],
    needsService: true,
    method: 'POST',
    run: () =>
      failed(
        503,
        'Restore command is disabled: replacing the tree of one server would part it from the others; ' +
          'stop the ensemble and start it on a directory that holds the snapshot',
      ),
  },
];

async function takeSnapshot(view: ReplicaView, { query, authorization }: CommandRequest): Promise<CommandAnswer> {
  const refusal = refusalOf(view, authorization) ?? limit(view);
  if (refusal !== null) return refusal;
  try {
    const { zxid, bytes, content } = await view.takeSnapshot();
    const headers = { last_zxid: formatZxid(zxid), snapshot_size: String(bytes) };
    return query.get('streaming') === 'false' ? { members: {}, headers } : { members: {}, headers, content };
  } catch (error) {
    lastTakenMs.delete(view.replica);
    return failed(500, `Failed to take a snapshot: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Who may not: 401 for who did not say who he is, 403 for who did. */
function refusalOf(view: ReplicaView, authorization: string | null): CommandAnswer | null {
  const identities = identify(authorization, view.settings.auth);
  if (identities === null) return failed(401, 'Authentication is required: Authorization: digest user:password');
  if (view.settings.skipAcl) return null;
  const { tree } = view.replica;
  const acl = tree.acl(tree.find('/'));
  if (ALL_PERMISSIONS.every((permission) => isAllowed(acl, permission, identities))) return null;
  return failed(403, 'Not authorized: all permissions on / are required');
}

function limit({ replica, clock, settings }: ReplicaView): CommandAnswer | null {
  const before = lastTakenMs.get(replica);
  if (before !== undefined && clock.nowMs - before < settings.adminSnapshotIntervalMs) {
    return failed(429, 'Rate limit exceeded: another snapshot was taken a short while ago');
  }
  lastTakenMs.set(replica, clock.nowMs);
  return null;
}

function failed(status: number, error: string): CommandAnswer {
  return { members: {}, error, status };
}
