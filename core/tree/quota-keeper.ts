/**
 * Keeps the zookeeper_stats of every quota current: called for each change of a znode once the tree shows it, and once
 * after a snapshot was loaded. It moves no Stat field, fires no watch, and nothing that it writes counts for the digest.
 *
 * What is used is counted anew when the zookeeper_stats znode is created and at loading; in between, by differences.
 */

import { type QuotaTable, statsPath, subtreeOfLimits, subtreeOfStats } from './quota-table.ts';
import { addUsage, formatUsage } from './quota-text.ts';
import type { TreeState } from './tree-state.ts';
import { Int, NO_ROW, type Row } from './znode-records.ts';

const QUOTAS = '/zookeeper/quota';

export class QuotaKeeper {
  readonly #state: TreeState;
  readonly #quotas: QuotaTable;

  constructor(state: TreeState) {
    this.#state = state;
    this.#quotas = state.quotas;
  }

  onCreated(path: string, dataBytes: number): void {
    if (path.startsWith(QUOTAS)) this.#onQuotaCreated(path);
    if (!this.#quotas.isEmpty) this.#charge(path, { count: 1, bytes: dataBytes });
  }

  onDeleted(path: string, dataBytes: number): void {
    const subtree = path.startsWith(QUOTAS) ? subtreeOfLimits(path) : null;
    if (subtree !== null) this.#quotas.delete(subtree);
    if (!this.#quotas.isEmpty) this.#charge(path, { count: -1, bytes: -dataBytes });
  }

  /** @param moreBytes  by how much the data has grown */
  onDataChanged(path: string, moreBytes: number): void {
    if (!this.#quotas.isEmpty) this.#charge(path, { count: 0, bytes: moreBytes });
  }

  /** Takes up the quotas that a loaded tree holds. */
  load(): void {
    const { store } = this.#state;
    const top = this.#state.find(QUOTAS);
    if (top === NO_ROW) return;
    // Gathered first: recounting looks up other paths.
    const subtrees: string[] = [];
    this.#visit(top, (row) => {
      const subtree = subtreeOfLimits(store.path(row));
      if (subtree !== null) subtrees.push(subtree);
    });
    for (const subtree of subtrees) {
      this.#recount(subtree);
      this.#quotas.add(subtree);
    }
  }

  #onQuotaCreated(path: string): void {
    const limited = subtreeOfLimits(path);
    if (limited !== null) this.#quotas.add(limited);
    const counted = subtreeOfStats(path);
    if (counted !== null) this.#recount(counted);
  }

  #charge(path: string, more: { readonly count: number; readonly bytes: number }): void {
    const subtree = this.#quotas.covering(path);
    if (subtree === null) return;
    const row = this.#state.find(statsPath(subtree));
    if (row !== NO_ROW) this.#write(row, addUsage(this.#textOf(row), more));
  }

  #recount(subtree: string): void {
    const { records } = this.#state.store;
    let count = 0;
    let bytes = 0;
    const top = this.#state.find(subtree);
    if (top !== NO_ROW) {
      this.#visit(top, (row) => {
        count += 1;
        bytes += Math.max(records.int(row, Int.dataLength), 0);
      });
    }
    const row = this.#state.find(statsPath(subtree));
    if (row !== NO_ROW) this.#write(row, formatUsage({ count, bytes }));
  }

  #textOf(row: Row): string {
    return this.#state.store.data(row)?.toString('utf8') ?? '';
  }

  #write(row: Row, text: string): void {
    this.#state.setData(row, Buffer.from(text));
  }

  /** A znode and all below it, parents first. */
  #visit(top: Row, look: (row: Row) => void): void {
    const { records } = this.#state.store;
    for (let row = top; ; ) {
      look(row);
      const child = records.int(row, Int.firstChild);
      if (child !== NO_ROW) {
        row = child;
        continue;
      }
      while (row !== top && records.int(row, Int.nextSibling) === NO_ROW) row = records.int(row, Int.parent);
      if (row === top) return;
      row = records.int(row, Int.nextSibling);
    }
  }
}
