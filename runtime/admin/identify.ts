/** The identities that an operator proves by the header `Authorization: <scheme> <auth>`. */

import { digestId } from '../../core/auth/digest-id.ts';
import { equalSecrets } from '../../core/auth/hash.ts';
import type { Identity } from '../../core/jute/quorum.ts';
import type { AuthSettings } from '../security/auth-settings.ts';
import { hash } from '../security/hash.ts';

/** @returns null when it proves none: no header, or a scheme that is none here */
export function identify(authorization: string | null, settings: AuthSettings): readonly Identity[] | null {
  const [scheme, auth] = (authorization ?? '').trim().split(/\s+/);
  const { digestAlgorithm, superDigest } = settings;
  if (scheme !== 'digest' || auth === undefined || digestAlgorithm === null) return null;
  const id = digestId(Buffer.from(auth, 'utf8'), hash, digestAlgorithm);
  const isSuper = superDigest !== null && equalSecrets(id, superDigest);
  return isSuper
    ? [
        { scheme: 'super', id: '' },
        { scheme, id },
      ]
    : [{ scheme, id }];
}
