/**
 * The environment as a source of ensemble settings: `THREADKEEPER_CLIENT_PORT=2281` sets `ensemble.clientPort`.
 *
 * Every ensemble key has a variable, its name in capitals with underscores. A variable with our prefix that means nothing
 * is a problem, like an unknown key in a file. `THREADKEEPER_CONFIG` names the configuration file. `THREADKEEPER_CLI_…` are
 * for people at the shell of `threadkeeper cli` (cli/shell/history-file.ts) and say nothing of the ensemble.
 */

import { complainOfUnknown, type Report } from './check.ts';
import { ENSEMBLE_CHECKS } from './schema.ts';
import { SECURITY_TEXTS } from './security.ts';

const PREFIX = 'THREADKEEPER_';
const CLI_PREFIX = `${PREFIX}CLI_`;
export const CONFIG_FILE_VARIABLE = `${PREFIX}CONFIG`;

/** The name of the variable for an ensemble key. */
export function variableOf(key: string): string {
  return PREFIX + key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** Raw values by ensemble key, as far as the environment names them; text that reads as JSON scalar becomes that scalar. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  report: Report,
): Readonly<Record<string, unknown>> {
  const keys = new Map(Object.keys(ENSEMBLE_CHECKS).map((key) => [variableOf(key), key]));
  const values: Record<string, unknown> = {};
  for (const [variable, text] of Object.entries(env)) {
    if (text === undefined || !variable.startsWith(PREFIX) || variable === CONFIG_FILE_VARIABLE) continue;
    if (variable.startsWith(CLI_PREFIX)) continue;
    const key = keys.get(variable);
    if (key === undefined) complainOfUnknown(report, variable, { name: variable, known: [...keys.keys()] });
    else values[key] = scalarOf(key, text);
  }
  return values;
}

/** A host or a directory stays text, even one called "true". */
function scalarOf(key: string, text: string): unknown {
  if (key === 'host' || key === 'dataDir' || key === 'dataLogDir' || SECURITY_TEXTS.has(key)) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  if (text.startsWith('[') || text.startsWith('{')) return structureOf(text);
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** What does not parse goes on as text, and the check of the key says what was expected. */
function structureOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
