/** `threadkeeper config print [FILE] [--origins]`: the configuration in force, and where each value came from. */

import { ConfigError } from '../../core/errors.ts';
import { loadConfig } from '../config/load.ts';
import { withoutSecrets } from '../config/security.ts';

export interface PrintConfigOptions {
  /** None: searched for. */
  readonly files: readonly string[];
  readonly origins: boolean;
}

/** Prints to standard output; problems and warnings go to standard error. @returns the exit code: 0, or 2 for a configuration error */
export async function printConfig({ files, origins: withOrigins }: PrintConfigOptions): Promise<number> {
  try {
    const {
      config: loaded,
      origins,
      warnings,
      file: found,
    } = await loadConfig({
      ...(files.length === 0 ? {} : { file: files }),
      env: process.env,
      cwd: process.cwd(),
    });
    for (const warning of warnings) console.error(`warning: ${warning}`);
    const config = { ...loaded, ensemble: withoutSecrets(loaded.ensemble) };
    if (!withOrigins) {
      console.log(JSON.stringify(config, null, 2));
      return 0;
    }
    console.log(`file: ${found ?? 'none'}`);
    for (const [key, value] of Object.entries(config.ensemble)) {
      console.log(`ensemble.${key} = ${JSON.stringify(value)}  (${origins[`ensemble.${key}`] ?? 'default'})`);
    }
    for (const section of ['znodes', 'plugins', 'pipelines'] as const) {
      console.log(`${section} = ${JSON.stringify(config[section])}  (${origins[section] ?? 'default'})`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 2;
  }
}
