/**
 * `threadkeeper doctor [FILE]`: would `start` run here, with this configuration, and well? Looks and tells; changes nothing.
 * Exit code 0 if nothing fails, 1 if something does, 2 for a configuration error.
 */

import { ConfigError } from '../../core/errors.ts';
import { wallMs } from '../clock.ts';
import { adminPortAt } from '../config/admin-settings.ts';
import { loadConfig } from '../config/load.ts';
import type { EnsembleConfig } from '../config/types.ts';
import {
  type Finding,
  judgeClock,
  judgeDirectory,
  judgeFiles,
  judgeMemory,
  judgeNode,
  judgePort,
  type PortFact,
} from './doctor/findings.ts';
import { availableBytes, lookAtDirectory, openFilesLimit, tryPort } from './doctor/machine.ts';
import { ExitCode } from './exit-code.ts';

export interface DoctorOptions {
  /** None: searched for, as `start` does. */
  readonly files: readonly string[];
  readonly json: boolean;
}

export async function runDoctor({ files, json }: DoctorOptions): Promise<ExitCode> {
  try {
    const { config, warnings } = await loadConfig({
      ...(files.length === 0 ? {} : { file: files }),
      env: process.env,
      cwd: process.cwd(),
    });
    const findings = [...(await examine(config.ensemble)), ...warnings.map(toFinding)];
    console.log(json ? JSON.stringify({ findings }, null, 2) : findings.map(formatFinding).join('\n'));
    return findings.some(({ level }) => level === 'fail') ? ExitCode.failure : ExitCode.ok;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return ExitCode.usage;
  }
}

async function examine(ensemble: EnsembleConfig): Promise<readonly Finding[]> {
  const nowMs = wallMs();
  const directories = directoriesOf(ensemble).map((path) => lookAtDirectory(path, nowMs));
  const ports: PortFact[] = [];
  // One after the other: two settings that name the same port must not be tried at once.
  for (const { use, host, port } of portsOf(ensemble)) ports.push(await tryPort(use, host, port));
  return [
    judgeNode(process.versions.node),
    judgeMemory(availableBytes(), ensemble.servers.length),
    judgeFiles(openFilesLimit()),
    judgeClock(nowMs, directories),
    ...ports.map(judgePort),
    ...directories.map(judgeDirectory),
  ];
}

function directoriesOf({ inMemory, servers }: EnsembleConfig): readonly string[] {
  if (inMemory) return [];
  const paths = servers.flatMap(({ dataDir, dataLogDir }) => (dataLogDir === null ? [dataDir] : [dataDir, dataLogDir]));
  return [...new Set(paths)];
}

function portsOf(ensemble: EnsembleConfig): readonly Omit<PortFact, 'error'>[] {
  return ensemble.servers.flatMap(({ id, host, clientPort }, index) => {
    const ports: Omit<PortFact, 'error'>[] = [{ use: `client port of replica ${id}`, host, port: clientPort }];
    const add = (use: string, first: number | null, address: string): void => {
      const port = adminPortAt(first, index);
      if (port !== null) ports.push({ use: `${use} of replica ${id}`, host: address, port });
    };
    add('secure port', ensemble.secureClientPort, ensemble.secureHost ?? host);
    add('admin port', ensemble.adminPort, host);
    return ports;
  });
}

function toFinding(warning: string): Finding {
  return { check: 'config', level: 'warn', found: warning, advice: null };
}

function formatFinding({ check, level, found, advice }: Finding): string {
  return `${level.padEnd(4)}  ${check.padEnd(9)}  ${found}${advice === null ? '' : `\n                 ${advice}`}`;
}
