/** The version of this package, for the command line. */

export { readVersion } from '../admin/server-version.ts';
