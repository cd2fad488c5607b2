/**
 * Whom a certificate names, as ZooKeeper writes it into an ACL: the subject in the form of RFC 2253 that Java gives
 * (X500Principal.getName), because ACLs that Apache's servers have stored must match here.
 *
 *     Certificate    ::= SEQUENCE { tbsCertificate, … }
 *     TBSCertificate ::= SEQUENCE { [0] version OPTIONAL, serialNumber, signature, issuer, validity, subject, … }
 *     Name           ::= SEQUENCE OF RelativeDistinguishedName
 *     RelativeDistinguishedName ::= SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }
 */

import { RFC_2253_KEYWORDS } from './attribute-types.ts';
import { DerTag, type DerValue, readDerMembers, readDerValue, readObjectIdentifier } from './der.ts';

const VERSION_TAG = 0xa0;
/** serialNumber, signature, issuer, validity, subject. */
const SUBJECT_INDEX = 4;
const STRING_TAGS: ReadonlySet<number> = new Set([
  DerTag.utf8String,
  DerTag.printableString,
  DerTag.t61String,
  DerTag.ia5String,
  DerTag.generalString,
  DerTag.bmpString,
]);

/** @param certificate  in DER @returns for instance `CN=worker,O=example` @throws DerError when it cannot be read */
export function subjectOfCertificate(certificate: Uint8Array): string {
  const [tbsCertificate] = readDerMembers(readDerValue(certificate), DerTag.sequence);
  const fields = readDerMembers(tbsCertificate, DerTag.sequence);
  return formatName(fields[fields[0]?.tag === VERSION_TAG ? SUBJECT_INDEX + 1 : SUBJECT_INDEX]);
}

/** A Name in DER as text, the most specific part first. */
export function formatName(name: DerValue | undefined): string {
  const parts = readDerMembers(name, DerTag.sequence).map((part) =>
    readDerMembers(part, DerTag.set).map(formatAttribute).join('+'),
  );
  return parts.reverse().join(',');
}

function formatAttribute(attribute: DerValue): string {
  const [type, value] = readDerMembers(attribute, DerTag.sequence);
  const identifier = readObjectIdentifier(type);
  const keyword = RFC_2253_KEYWORDS.get(identifier);
  if (keyword !== undefined && value !== undefined && STRING_TAGS.has(value.tag)) {
    return `${keyword}=${escapeValue(Buffer.from(value.content).toString('utf8'))}`;
  }
  return `${keyword ?? identifier}=#${Buffer.from(value?.encoded ?? []).toString('hex')}`;
}

function escapeValue(text: string): string {
  return text
    .replace(/[,=+<>#;"\\]/g, '\\$&')
    .replaceAll('\0', '\\00')
    .replace(/^[ \r]+|[ \r]+$/g, (blanks) => blanks.replace(/./gs, '\\$&'));
}
