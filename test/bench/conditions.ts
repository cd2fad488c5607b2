/** Under which conditions figures were taken: without them a figure may not be quoted. */

import { spawnSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Conditions {
  readonly date: string;
  readonly command: string;
  readonly commit: string;
  readonly machine: string;
  readonly disk: string;
  readonly node: string;
  readonly java: string;
  readonly apacheZooKeeper: string;
  /** Load average of the minute before: what else the machine was doing. */
  readonly loadBefore: number;
}

export function conditions(directory: string): Conditions {
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    command: `npm run bench -- ${process.argv.slice(2).join(' ')}`,
    commit: said('git', ['describe', '--always', '--dirty']),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
    disk: said('findmnt', ['--noheadings', '--output', 'FSTYPE,OPTIONS', '--target', directory]),
    node: process.version,
    java: said('java', ['-version']).split('\n')[0] ?? 'none',
    apacheZooKeeper: said('dpkg-query', ['--show', 'zookeeper']),
    loadBefore: loadavg()[0] ?? 0,
  };
}

export function showConditions(taken: Conditions): string {
  return [
    `- taken ${taken.date} UTC at commit ${taken.commit} by \`${taken.command}\`, load average before ${taken.loadBefore.toFixed(2)}`,
    `- ${taken.machine}; data on ${taken.disk}`,
    `- Node ${taken.node}; ${taken.java}; Apache's is Debian's ${taken.apacheZooKeeper}`,
  ].join('\n');
}

/** What a program prints, on either stream (java tells its version on stderr); `none` where it does not exist. */
function said(program: string, args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) return 'none';
  return (stdout.trim() || stderr.trim()).replace(/[ \t]+/g, ' ');
}
