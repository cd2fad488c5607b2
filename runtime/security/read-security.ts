/** Everything about security that an ensemble reads before it starts: users, keys, certificates. */

import { hasTls } from '../config/security.ts';
import type { SecurityConfig } from '../config/security-types.ts';
import { type AuthSettings, readAuthSettings } from './auth-settings.ts';
import type { TlsSettings } from './tls-settings.ts';

export interface SecuritySettings {
  readonly auth: AuthSettings;
  /** null: nothing speaks TLS. */
  readonly tls: TlsSettings | null;
}

/** @throws ConfigError for a file that cannot be used */
export async function readSecurity(config: SecurityConfig): Promise<SecuritySettings> {
  const auth = readAuthSettings(config);
  if (!hasTls(config)) return { auth, tls: null };
  // TLS takes a while to load, and most ensembles do without.
  const { readTlsSettings } = await import('./tls-settings.ts');
  return { auth, tls: readTlsSettings(config) };
}
