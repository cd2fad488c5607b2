/**
 * Who may do what: ACL evaluation and the fix-up of ACLs that clients send (PrepRequestProcessor.checkACL, fixupACL).
 * Bits of several entries are not added up: one entry must both carry the bit and match one of the identities.
 */

import { isDigestId } from '../../auth/digest-id.ts';
import { isDistinguishedName } from '../../auth/distinguished-name.ts';
import { equalSecrets } from '../../auth/hash.ts';
import { isSaslId } from '../../auth/sasl-id.ts';
import type { Acl } from '../../jute/acl.ts';
import type { Identity } from '../../jute/quorum.ts';
import { RequestRefused } from '../writes/refusal.ts';
import { isValidAddressMask, matchesAddress } from './address-mask.ts';

/** The SASL user whom every ACL entry of that scheme means, super user or not. */
const SASL_SUPER = 'super';

/** Whether `identities` hold `permission` (a bit of `Permission`) under `acl`. An empty list protects nothing. */
export function isAllowed(acl: readonly Acl[], permission: number, identities: readonly Identity[]): boolean {
  if (acl.length === 0) return true;
  for (const entry of acl) {
    if ((entry.perms & permission) === 0) continue;
    if (isWorld(entry)) return true;
    if (identities.some((identity) => matches(entry, identity))) return true;
  }
  return identities.some((identity) => identity.scheme === 'super');
}

export function requirePermission(acl: readonly Acl[], permission: number, identities: readonly Identity[]): void {
  if (!isAllowed(acl, permission, identities)) throw new RequestRefused('NO_AUTH');
}

/**
 * The list as it will be stored: exact duplicates dropped, `auth` expanded to the caller's authenticated identities.
 * @param aclSchemes  whose ids it may name, beside `world` and `auth`
 * @throws RequestRefused INVALID_ACL when empty, of an unknown scheme, or with an id that its scheme does not allow
 */
export function fixUpAcl(
  acl: readonly Acl[],
  identities: readonly Identity[],
  aclSchemes: ReadonlySet<string>,
): readonly Acl[] {
  const fixed: Acl[] = [];
  for (const entry of withoutDuplicates(acl)) {
    if (entry.scheme === null) throw new RequestRefused('INVALID_ACL');
    if (entry.scheme === 'auth') fixed.push(...expandAuth(entry, identities));
    else if (entry.id === null) throw new RequestRefused('MARSHALLING_ERROR');
    else if (isWorld(entry) || (aclSchemes.has(entry.scheme) && isValidId(entry.scheme, entry.id))) fixed.push(entry);
    else throw new RequestRefused('INVALID_ACL');
  }
  if (fixed.length === 0) throw new RequestRefused('INVALID_ACL');
  return fixed;
}

function expandAuth(entry: Acl, identities: readonly Identity[]): Acl[] {
  const expanded = identities
    .filter((identity) => isAuthenticated(identity.scheme))
    .map((identity) => ({ perms: entry.perms, scheme: identity.scheme, id: identity.id }));
  if (expanded.length === 0) throw new RequestRefused('INVALID_ACL');
  return expanded;
}

// By key rather than pair by pair: a frame has room for tens of thousands of entries.
function withoutDuplicates(acl: readonly Acl[]): Iterable<Acl> {
  if (acl.length < 2) return acl;
  const unique = new Map<string, Acl>();
  for (const entry of acl) unique.set(JSON.stringify([entry.perms, entry.scheme, entry.id]), entry);
  return unique.values();
}

/** An address proves where somebody is, not who; it does not count as an authentication. */
function isAuthenticated(scheme: string): boolean {
  return scheme === 'digest' || scheme === 'sasl' || scheme === 'x509';
}

function isWorld({ scheme, id }: Acl): boolean {
  return scheme === 'world' && id === 'anyone';
}

function isValidId(scheme: string, id: string): boolean {
  switch (scheme) {
    case 'ip':
      return isValidAddressMask(id);
    case 'digest':
      return isDigestId(id);
    case 'x509':
      return isDistinguishedName(id);
    case 'sasl':
      return isSaslId(id);
    default:
      return false;
  }
}

function matches(entry: Acl, identity: Identity): boolean {
  if (entry.scheme !== identity.scheme || entry.id === null) return false;
  switch (entry.scheme) {
    case 'ip':
      return matchesAddress(entry.id, identity.id);
    case 'digest':
      return equalSecrets(entry.id, identity.id);
    case 'sasl':
      return entry.id === identity.id || identity.id === SASL_SUPER;
    default:
      return entry.id === identity.id;
  }
}
