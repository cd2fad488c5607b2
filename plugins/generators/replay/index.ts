/**
 * The `replay` generator: plays the rows of a file again, at the pace at which they once happened, or faster.
 *
 * Row i is due `(time of row i - time of row 0) / speed` after the start. An event carries its row's own time, so
 * aggregates by event time come out as they would have. When there is no room, rows that are overdue follow as soon as
 * there is: none is left out. It remembers nothing: a restart begins with the first row.
 *
 * Options: `file` (from the configuration's directory; `.ndjson`, one JSON object a line, `.json`, a list of objects, or
 * `.csv` with a header line), `type` of the events, `time` (field with the time: RFC 3339 or milliseconds since 1970; default
 * `time`), `id` (field, optional), `key` (field whose text becomes the event's key, optional), `speed` (1 = as it was; default
 * 1), `loop` (start again at the end; default false).
 * Bound: the file is held in memory; one above `FILE_BYTES_MAX` is refused. A row without a usable time is an error with its line.
 */

import { readFile, stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { defineGenerator, type EventInit, fields, flag, number, optional, text } from 'threadkeeper/plugin';
import { parseCsv } from './csv.ts';

const FILE_BYTES_MAX = 256 * 1024 * 1024;
/** Rows that are due together go as one batch, at most this many. */
const BATCH_MAX = 256;

const options = fields({
  file: text(),
  type: text(),
  time: text('time'),
  id: optional(text()),
  key: optional(text()),
  speed: number({ min: 1e-6, otherwise: 1 }),
  loop: flag(false),
});

type Row = Readonly<Record<string, unknown>>;

interface TimedRow {
  readonly row: Row;
  readonly timeMs: number;
}

export default defineGenerator({
  name: 'replay',
  options,
  async *generate({ file, type, time, id, key, speed, loop }, { clock, signal, directory }) {
    const rows = await readRows(resolve(directory, file), time);
    const [first] = rows;
    if (first === undefined) return;
    for (let round = 1; round === 1 || loop; round += 1) {
      const start = clock.now();
      let at = 0;
      while (at < rows.length) {
        const dueMs = start + ((rows[at]?.timeMs ?? 0) - first.timeMs) / speed;
        await clock.wait(Math.max(0, dueMs - clock.now()), signal);
        const until = first.timeMs + (clock.now() - start) * speed;
        const from = at;
        at += 1;
        while (at < rows.length && at - from < BATCH_MAX && (rows[at]?.timeMs ?? 0) <= until) at += 1;
        yield rows.slice(from, at).map((row): EventInit => toEvent(row, { type, id, key, round }));
      }
      // The first row of the next round is due at once; without a pause of its own a file of one row would spin.
      await clock.wait(1, signal);
    }
  },
});

interface EventShape {
  readonly type: string;
  readonly id: string | null;
  readonly key: string | null;
  readonly round: number;
}

function toEvent({ row, timeMs }: TimedRow, { type, id, key, round }: EventShape): EventInit {
  const rowId = id === null ? undefined : row[id];
  const rowKey = key === null ? undefined : row[key];
  return {
    type,
    time: new Date(timeMs).toISOString(),
    data: row,
    // A later round is another event, and an id names one event.
    ...(rowId === undefined ? {} : { id: round === 1 ? String(rowId) : `${rowId}~${round}` }),
    ...(rowKey === undefined || rowKey === null || rowKey === '' ? {} : { partitionkey: String(rowKey) }),
  };
}

/** The rows in the order of their times. */
async function readRows(path: string, timeField: string): Promise<readonly TimedRow[]> {
  const { size } = await stat(path);
  if (size > FILE_BYTES_MAX)
    throw new Error(`${path} has ${size} bytes, more than the ${FILE_BYTES_MAX} that replay holds`);
  const rows = parseRows(await readFile(path, 'utf8'), path);
  const timed = rows.map((row, index) => ({
    row,
    timeMs: timeOf(row[timeField], `${path}, row ${index + 1}: ${timeField}`),
  }));
  return timed.sort((a, b) => a.timeMs - b.timeMs);
}

function parseRows(content: string, path: string): readonly Row[] {
  switch (extname(path)) {
    case '.csv':
      return parseCsv(content);
    case '.json':
      return asRows(JSON.parse(content), path);
    default:
      return asRows(
        content
          .split('\n')
          .flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, `${path}:${index + 1}`)])),
        path,
      );
  }
}

function parseLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`${place}: not JSON`, { cause });
  }
}

function asRows(value: unknown, path: string): readonly Row[] {
  if (!Array.isArray(value)) throw new Error(`${path}: expected a list of objects`);
  for (const [index, row] of value.entries()) {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new Error(`${path}, row ${index + 1}: no object`);
  }
  return value;
}

function timeOf(value: unknown, place: string): number {
  const time = typeof value === 'number' ? value : typeof value === 'string' ? numberOrDate(value) : Number.NaN;
  // Beyond this, a Date has no text.
  if (!Number.isFinite(time) || Math.abs(time) > 8.64e15)
    throw new Error(`${place} holds no time: ${JSON.stringify(value)}`);
  return time;
}

function numberOrDate(text: string): number {
  return /^-?\d{5,}(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text);
}
