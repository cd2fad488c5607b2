/** The rows of the comparison with Apache ZooKeeper: which work, over how many connections, how many outstanding each. */

export interface LoadRow {
  readonly name: string;
  readonly work: 'read' | 'set' | 'create' | 'mixed';
  readonly connections: number;
  readonly outstanding: number;
  readonly size: number;
  /** Requests a second, offered whether or not they are answered; without it, each connection is a closed loop. */
  readonly rate?: number;
}

export const LOAD_ROWS: readonly LoadRow[] = [
  row('read', 'read', 1, 1),
  row('read', 'read', 10, 1),
  row('read', 'read', 10, 100),
  row('read', 'read', 100, 10),
  row('setData', 'set', 1, 1),
  row('setData', 'set', 10, 1),
  row('setData', 'set', 10, 100),
  row('setData', 'set', 100, 10),
  row('setData 1 KiB', 'set', 10, 100, 1024),
  row('mixed, 70 % reads', 'mixed', 10, 100),
  // Last, because what it creates stays.
  row('create sequential', 'create', 10, 100),
];

/** The same load offered to both sides, well below what either can do: only the latency is of interest. */
export const OFFERED_ROWS: readonly LoadRow[] = [
  { name: 'read, 5,000/s offered', work: 'read', connections: 10, outstanding: 1_000, size: 100, rate: 5_000 },
  { name: 'setData, 1,000/s offered', work: 'set', connections: 10, outstanding: 1_000, size: 100, rate: 1_000 },
];

/** Before any row counts, so that no side is measured while its code is still being compiled. */
export const WARM_UP_ROW = row('warm-up', 'mixed', 10, 100);

/** One write at a time, for the gap that a dying leader leaves. */
export const FAILOVER_ROW = row('failover', 'set', 1, 1);

export const FILL_COUNT = 100_000;
export const FILL_SIZE = 16;

function row(title: string, work: LoadRow['work'], connections: number, outstanding: number, size = 100): LoadRow {
  return { name: `${title} ${connections} × ${outstanding}`, work, connections, outstanding, size };
}
