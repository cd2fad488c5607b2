/** The version of this package, read from its package.json when somebody asks. */

import { readFileSync } from 'node:fs';

export function readVersion(): string {
  // From dist/runtime/cli, where this runs.
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const manifest: unknown = JSON.parse(text);
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isManifest ? String(manifest.version) : 'unknown';
}
