/** `threadkeeper start`: runs the ensemble and its pipelines until SIGTERM or Ctrl-C, then drains and ends with 0. */

import { ConfigError, PluginError } from '../../core/errors.ts';
import { type AdminServer, openAdminServer } from '../admin/admin-server.ts';
import { describeError } from '../logger.ts';
import type { Runtime } from '../runtime.ts';
import { isStorageError } from '../storage/errors.ts';
import { ExitCode } from './exit-code.ts';
import type { StartOptions } from './start-options.ts';

/** libuv's pool is shared by all replicas, and each has a sync under way: four threads would make them queue. */
const THREAD_POOL_PER_REPLICA = 2;
const REPLICAS_ASSUMED = 7;

/** @returns the exit code, after the runtime has ended */
export async function runStart(options: StartOptions): Promise<number> {
  // Effective only before the first use of the pool.
  process.env.UV_THREADPOOL_SIZE ??= String(THREAD_POOL_PER_REPLICA * REPLICAS_ASSUMED + 2);
  const stopped = stopSignal();
  const { start } = await import('../runtime.ts');
  const { files, replicas, clientPort, dataDir, inMemory, adminPort } = options;
  let admin: AdminServer | null = null;
  const starting: Promise<Runtime> = start({
    ...(files.length === 0 ? {} : { file: files }),
    flags: { replicas, clientPort, dataDir, inMemory, adminPort },
    pipelines: options.pipelines,
    // Whoever reads the line may ask for the status at once, so the socket is there before it.
    onReady: async ({ clientPorts, secureClientPorts, startMs }) => {
      const processMs = Math.round(performance.now());
      admin = await openAdmin(clientPorts[0] ?? 0, starting);
      const ports = clientPorts.join(',');
      const secure = secureClientPorts.length === 0 ? '' : ` securePorts=${secureClientPorts.join(',')}`;
      console.log(`ready ports=${ports} ms=${processMs} replicas=${clientPorts.length} startMs=${startMs}${secure}`);
    },
  });
  let runtime: Runtime;
  try {
    runtime = await starting;
  } catch (error) {
    console.error(`threadkeeper: ${describeFailure(error)}`);
    await closeAdmin(admin);
    return exitCodeOf(error);
  }
  const signal = await stopped;
  console.error(`threadkeeper: ${signal}, draining`);
  await closeAdmin(admin);
  await runtime.close();
  return ExitCode.ok;
}

/** Without it the runtime still runs; only `status` and `debug` do not reach it. */
async function openAdmin(clientPort: number, starting: Promise<Runtime>): Promise<AdminServer | null> {
  try {
    return await openAdminServer(clientPort, async (request) => {
      const runtime = await starting;
      if (request.command === 'status') return await runtime.status();
      if (request.command === 'kill') return await runtime.killReplica(request.replica);
      return await runtime.freezeReplica(request.replica, request.ms);
    });
  } catch (error) {
    console.error(`threadkeeper: status and debug will not work: ${describeError(error)}`);
    return null;
  }
}

async function closeAdmin(admin: AdminServer | null): Promise<void> {
  await admin?.close();
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

function describeFailure(error: unknown): string {
  const isExpected = error instanceof ConfigError || error instanceof PluginError || isStorageError(error);
  return isExpected ? error.message : describeError(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError || isStorageError(error)) return ExitCode.usage;
  return error instanceof PluginError ? ExitCode.pluginFailed : ExitCode.failure;
}
