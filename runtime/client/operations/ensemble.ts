/** The operations about the ensemble itself: sync, and its configuration, read and changed (facts 3.4, 10.4). */

import { OpCode } from '../../../core/jute/op-code.ts';
import { writeReconfigRequest } from '../../../core/jute/reconfig.ts';
import { writeWatchableRequest } from '../../../core/jute/request.ts';
import { ANY_VERSION, type CallOptions, type ReadOptions } from '../call-options.ts';
import { type EnsembleConfig, parseEnsembleConfig } from '../ensemble-config.ts';
import { DATA_REPLY, NO_REPLY } from '../replies.ts';
import type { Requester } from '../requester.ts';

/** Where it stands, below no chroot. */
export const CONFIG_PATH = '/zookeeper/config';

/**
 * What is to change: servers that join and leave, or the whole new membership. A server is a line of the configuration,
 * `server.4=host:2888:3888:participant;2181`, with its client part.
 */
export type Reconfiguration = { readonly fromVersion?: number | undefined } & (
  | {
      /** A server that is there already is replaced. */
      readonly joining?: readonly string[] | undefined;
      /** Ids; unknown ones are ignored. */
      readonly leaving?: readonly (number | string)[] | undefined;
      readonly members?: undefined;
    }
  | { readonly members: readonly string[]; readonly joining?: undefined; readonly leaving?: undefined }
);

export function sync(requester: Requester, path: string, options: CallOptions): Promise<void> {
  return requester.askPath(OpCode.sync, path, NO_REPLY, options);
}

export function getConfig(requester: Requester, { watch, signal }: ReadOptions): Promise<EnsembleConfig> {
  const { session } = requester;
  return new Promise((resolve, reject) => {
    const body = { path: CONFIG_PATH, watch: watch !== undefined };
    const spec = { op: OpCode.getData, writeBody: writeWatchableRequest, body, path: CONFIG_PATH, shape: CONFIG_REPLY };
    const watchAndResolve = (config: EnsembleConfig): void => {
      if (watch !== undefined) session.watches.add('data', CONFIG_PATH, watch);
      resolve(config);
    };
    session.submit(spec, { resolve: watchAndResolve, reject }, signal);
  });
}

export function reconfig(requester: Requester, change: Reconfiguration, options: CallOptions): Promise<EnsembleConfig> {
  const { joining, leaving, members, fromVersion = ANY_VERSION } = change;
  const body = {
    joining: joining?.join(',') ?? null,
    leaving: leaving?.join(',') ?? null,
    newMembers: members?.join(',') ?? null,
    curConfigId: fromVersion,
  };
  return requester.ask(OpCode.reconfig, { writeBody: writeReconfigRequest, body }, CONFIG_REPLY, options);
}

const CONFIG_REPLY = {
  decode: (reader: Parameters<typeof DATA_REPLY.decode>[0]): EnsembleConfig => {
    const { data, stat } = DATA_REPLY.decode(reader);
    return parseEnsembleConfig(data, stat);
  },
};
