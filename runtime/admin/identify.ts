/** The identities that an operator proves by the header `Authorization: <scheme> <auth>`. */

import { createHash } from 'node:crypto';
import type { Identity } from '../../core/jute/quorum.ts';

/** @returns null when it proves none: a scheme that is none here, or no header */
export function identify(authorization: string | null): readonly Identity[] | null {
  const [scheme, auth] = (authorization ?? '').trim().split(/\s+/);
  if (scheme !== 'digest' || auth === undefined) return null;
  const [user = ''] = auth.split(':', 1);
  const hash = createHash('sha1').update(auth, 'utf8').digest('base64');
  return [{ scheme, id: `${user}:${hash}` }];
}
