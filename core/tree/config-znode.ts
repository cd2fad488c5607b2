/**
 * /zookeeper/config, which each server fills in for itself (ZKDatabase.initConfigInZKDatabase; zookeeper-facts 9.1): the
 * configuration's version is its mzxid, its own version stays -1. Nobody is told: it is written before clients are served,
 * or says what it said before.
 */

import type { DataTree } from './data-tree.ts';
import { Int, Long, NO_ROW } from './znode-records.ts';

const CONFIG = '/zookeeper/config';

export interface ConfigData {
  readonly text: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** @param config  null: that of a server alone, which is as in a fresh tree */
export function setConfigData({ state }: DataTree, config: ConfigData | null): void {
  const row = state.find(CONFIG);
  if (row === NO_ROW) return;
  const { records } = state.store;
  state.setData(row, Buffer.from(config?.text ?? ''));
  records.setInt(row, Int.version, config === null ? 0 : -1);
  records.setLong(row, Long.mzxid, config?.version ?? 0);
  records.setLong(row, Long.mtime, config?.time ?? 0);
}
