/**
 * The passwords of sessions, as the setting `sessionPasswords` asks for them.
 *
 *     secret     HMAC-SHA-256 of the session's id under the ensemble's secret, the first 16 bytes. Sessions that look older
 *                than the secret also prove themselves by ZooKeeper's password: they were begun by Apache's servers, whose
 *                data directory this was, or by ours under the other setting.
 *     zookeeper  ZooKeeper's own. Sessions begun under a secret still prove themselves by it, and are given ZooKeeper's
 *                password as they re-attach: after that they can go on at Apache's servers.
 */

import { createHmac } from 'node:crypto';
import type { SessionId } from '../../core/ids.ts';
import { PASSWORD_SIZE } from '../../core/jute/connect.ts';
import { isOlderThan } from '../../core/server/sessions/session-ids.ts';
import {
  type SessionPasswords,
  ZOOKEEPER_PASSWORDS,
  zookeeperPassword,
} from '../../core/server/sessions/session-password.ts';
import type { EnsembleConfig } from '../config/types.ts';
import type { SessionSecret } from '../storage/session-secret.ts';

/** @param secret  null only where ZooKeeper's passwords are asked for, and none was ever made */
export function sessionPasswords(
  kind: EnsembleConfig['sessionPasswords'],
  secret: SessionSecret | null,
): SessionPasswords {
  if (secret === null) return ZOOKEEPER_PASSWORDS;
  const secretPassword = (id: SessionId): Uint8Array => derive(secret.key, id);
  if (kind === 'zookeeper') {
    return { given: zookeeperPassword, alsoAccepted: (id) => [secretPassword(id)], idsFromMs: 0 };
  }
  return {
    given: secretPassword,
    alsoAccepted: (id) => (isOlderThan(id, secret.madeAtMs) ? [zookeeperPassword(id)] : []),
    idsFromMs: secret.madeAtMs,
  };
}

function derive(key: Uint8Array, { hi, lo }: SessionId): Uint8Array {
  const id = Buffer.alloc(8);
  id.writeInt32BE(hi, 0);
  id.writeInt32BE(lo, 4);
  return createHmac('sha256', key).update(id).digest().subarray(0, PASSWORD_SIZE);
}
