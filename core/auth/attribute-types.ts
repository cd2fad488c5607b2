/** The attribute types that Java's X500Principal knows by name (sun.security.x509.AVAKeyword), without copying its code. */

/** What may stand before the `=` in a name that somebody writes, in capitals. */
export const KNOWN_KEYWORDS: ReadonlySet<string> = new Set([
  'CN',
  'C',
  'L',
  'S',
  'ST',
  'O',
  'OU',
  'T',
  'IP',
  'STREET',
  'DC',
  'DNQUALIFIER',
  'DNQ',
  'SURNAME',
  'GIVENNAME',
  'INITIALS',
  'GENERATION',
  'EMAIL',
  'EMAILADDRESS',
  'UID',
  'SERIALNUMBER',
]);

/** What RFC 2253 writes by name; every other type is written as its number, with its value in hexadecimal. */
export const RFC_2253_KEYWORDS: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.9', 'STREET'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
]);
