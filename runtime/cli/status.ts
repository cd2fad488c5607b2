/** `threadkeeper status` and `threadkeeper debug`: ask a running process about itself, or hurt it on purpose. */

import { askAdmin, NotRunningError } from '../admin/admin-client.ts';
import type { AdminRequest } from '../admin/admin-protocol.ts';
import type { RuntimeStatus } from '../runtime.ts';
import { ExitCode } from './exit-code.ts';

export async function printStatus({ clientPort, json }: { clientPort: number; json: boolean }): Promise<number> {
  return await ask(clientPort, { command: 'status' }, (result) =>
    json ? JSON.stringify(result, null, 2) : formatStatus(result as RuntimeStatus),
  );
}

export async function killReplica({ clientPort, replica }: { clientPort: number; replica: string }): Promise<number> {
  const request: AdminRequest = { command: 'kill', replica: parseReplica(replica) };
  return await ask(clientPort, request, (result) => `killed replica ${String(result)}`);
}

export async function freezeReplica(options: { clientPort: number; replica: string; ms: number }): Promise<number> {
  const { clientPort, replica, ms } = options;
  const request: AdminRequest = { command: 'freeze', replica: parseReplica(replica), ms };
  return await ask(clientPort, request, () => `replica ${replica} stood still for ${ms} ms`);
}

async function ask(clientPort: number, request: AdminRequest, format: (result: unknown) => string): Promise<number> {
  try {
    console.log(format(await askAdmin(clientPort, request)));
    return ExitCode.ok;
  } catch (error) {
    console.error(`threadkeeper: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof NotRunningError ? ExitCode.cannotConnect : ExitCode.failure;
  }
}

function parseReplica(text: string): number | 'leader' {
  return text === 'leader' ? 'leader' : Number(text);
}

const HTTP_COLUMNS = [
  { key: 'adminPort', head: 'admin' },
  { key: 'metricsPort', head: 'metrics' },
] as const;

function formatStatus({ replicas, pipelines }: RuntimeStatus): string {
  // A column for each kind of port that somebody listens on.
  const httpColumns = HTTP_COLUMNS.filter(({ key }) => replicas.some((replica) => replica[key] !== null));
  const newest = Math.max(...replicas.map(({ zxid }) => Number(zxid)));
  const rows = replicas.map((replica) => [
    String(replica.id),
    replica.role.active ? replica.role.state : `${replica.role.state} (not serving)`,
    formatPorts(replica),
    ...httpColumns.map(({ key }) => String(replica[key] ?? '-')),
    replica.zxid,
    formatLag(newest - Number(replica.zxid)),
    String(replica.znodeCount),
    String(replica.sessionCount),
    String(replica.connectionCount),
    String(replica.watchCount),
  ]);
  const heads = [
    'replica',
    'role',
    'port',
    ...httpColumns.map(({ head }) => head),
    'zxid',
    'lag',
    'znodes',
    'sessions',
    'connections',
    'watches',
  ];
  const flows = pipelines.pipelines.map((pipeline) => [
    pipeline.name,
    pipeline.topic,
    pipeline.generator,
    String(pipeline.generated),
    String(pipeline.handled),
    String(pipeline.inFlight),
    String(pipeline.retried),
    String(pipeline.deadLetters),
  ]);
  const flowHeads = ['pipeline', 'topic', 'generator', 'generated', 'handled', 'in flight', 'retried', 'dead letters'];
  const parts = [formatTable(heads, rows), ...(flows.length === 0 ? [] : ['', formatTable(flowHeads, flows)])];
  return parts.join('\n');
}

function formatPorts({ clientPort, secureClientPort }: RuntimeStatus['replicas'][number]): string {
  return `${clientPort ?? '-'}${secureClientPort === null ? '' : `, ${secureClientPort} (TLS)`}`;
}

/** Txns behind the newest; zxids of different epochs cannot be subtracted. */
function formatLag(difference: number): string {
  return difference < 2 ** 32 ? String(difference) : '-';
}

function formatTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const formatRow = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [heads, ...rows].map(formatRow).join('\n');
}
