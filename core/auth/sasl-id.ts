/**
 * Whether a text may be the id of a SASL user in an ACL: a Kerberos principal `name`, `name@REALM` or `name/host@REALM`, or
 * anything without an `@` (SASLAuthenticationProvider, KerberosName).
 */
export function isSaslId(id: string): boolean {
  return !id.includes('@') || /^[^/@]*(\/[^/@]*)?@[^/@]*$/.test(id);
}
