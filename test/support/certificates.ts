/** Certificates for tests, made on the spot: an authority of its own, and what it signs. Valid for a day around now. */

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { DerTag } from '../../core/auth/der.ts';
import { type DerAttribute, der, derIdentifier, derName } from './der-writer.ts';

/** Both in PEM. */
export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

export type SubjectParts = readonly (readonly DerAttribute[])[];

export interface TestAuthority extends TestCertificate {
  /** A certificate signed by this authority; it serves for 127.0.0.1 and localhost, and for clients. */
  issue(subject: string | SubjectParts): TestCertificate;
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const BOOLEAN_TRUE = Buffer.from([0x01, 0x01, 0xff]);
const GENERALIZED_TIME = 0x18;
const ECDSA_WITH_SHA256 = der(DerTag.sequence, derIdentifier('1.2.840.10045.4.3.2'));
const BASIC_CONSTRAINTS = derIdentifier('2.5.29.19');
const ALTERNATIVE_NAMES = derIdentifier('2.5.29.17');
const COMMON_NAME = '2.5.4.3';
const DAY_MS = 86_400_000;

export function makeAuthority(name = 'test authority'): TestAuthority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const issuer = subjectOf(name);
  const constraints = der(
    DerTag.sequence,
    BASIC_CONSTRAINTS,
    BOOLEAN_TRUE,
    der(OCTET_STRING, der(DerTag.sequence, BOOLEAN_TRUE)),
  );
  const issue = (subject: Buffer, key: KeyObject, extension: Buffer): string =>
    toPem(certificateOf({ subject, issuer, key, extension, signer: privateKey }));
  return {
    key: pemOf(privateKey),
    cert: issue(issuer, publicKey, constraints),
    issue(subject) {
      const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const cert = issue(subjectOf(subject), keys.publicKey, ALTERNATIVE);
      return { key: pemOf(keys.privateKey), cert };
    },
  };
}

/** dNSName and iPAddress. */
const ALTERNATIVE = der(
  DerTag.sequence,
  ALTERNATIVE_NAMES,
  der(OCTET_STRING, der(DerTag.sequence, der(0x82, 'localhost'), der(0x87, Buffer.from([127, 0, 0, 1])))),
);

function subjectOf(subject: string | SubjectParts): Buffer {
  return typeof subject === 'string' ? derName([[COMMON_NAME, DerTag.utf8String, subject]]) : derName(...subject);
}

interface CertificateParts {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly key: KeyObject;
  readonly extension: Buffer;
  readonly signer: KeyObject;
}

function certificateOf({ subject, issuer, key, extension, signer }: CertificateParts): Buffer {
  const version = der(0xa0, der(INTEGER, Buffer.from([2])));
  const serial = der(INTEGER, Buffer.from([1]), randomBytes(8));
  const validity = der(DerTag.sequence, timeOf(Date.now() - DAY_MS / 2), timeOf(Date.now() + DAY_MS / 2));
  const publicKey = key.export({ type: 'spki', format: 'der' });
  const extensions = der(0xa3, der(DerTag.sequence, extension));
  const signed = der(
    DerTag.sequence,
    version,
    serial,
    ECDSA_WITH_SHA256,
    issuer,
    validity,
    subject,
    publicKey,
    extensions,
  );
  const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', signed, signer));
  return der(DerTag.sequence, signed, ECDSA_WITH_SHA256, signature);
}

function timeOf(ms: number): Buffer {
  return der(GENERALIZED_TIME, `${new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)}Z`);
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function toPem(bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
