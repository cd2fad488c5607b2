/**
 * Arms the watches of a session again on a new connection, by reading with a watch what is watched: `exists` for data
 * and exist watches, `getChildren` for child watches. A server that answers differently from what was known has changed
 * while nobody listened, and the missed event is told now. (Apache's own client sends setWatches, which compares on the
 * server; kazoo reads again, as here. Reading works with every server, at the price of one small request per path.)
 */

import { EnsembleError } from '../../core/errors.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import type { JuteReader } from '../../core/jute/reader.ts';
import { writeWatchableRequest } from '../../core/jute/request.ts';
import { readStat, type Stat } from '../../core/jute/stat.ts';
import type { JuteWriter } from '../../core/jute/writer.ts';
import { writeFrame } from './frame-writer.ts';
import { type ReplyShape, TypedRequest } from './pending-request.ts';
import { EXISTS_REPLY } from './replies.ts';
import type { RequestQueue } from './request-queue.ts';
import type { Rearm, WatchedEventType, WatchTable } from './watches.ts';

const CHILDREN_STAT_REPLY: ReplyShape<Stat | null> = { decode: readChildrenStat, whenNoNode: { value: null } };

export interface RearmParts {
  readonly watches: WatchTable;
  readonly queue: RequestQueue;
  /** Where the frames go; the caller sends them before anything that waits. */
  readonly writer: JuteWriter;
  readonly onMissed: (type: WatchedEventType, path: string) => void;
}

export function rearmWatches({ watches, queue, writer, onMissed }: RearmParts): void {
  for (const rearm of watches.rearmPlan()) {
    const judge = (stat: Stat | null | undefined): void => {
      const type = watches.missedEvent(rearm, stat);
      if (type !== null) onMissed(type, rearm.path);
    };
    const xid = queue.takeXid();
    const settlement = {
      resolve: judge,
      reject: (error: unknown) => {
        // When this connection ends too, the watch is still in the table and the next connection arms it.
        if (!isOwnFailure(error)) judge(undefined);
      },
    };
    const frameBytes = writeRearm(writer, xid, rearm);
    const shape = rearm.kind === 'child' ? CHILDREN_STAT_REPLY : EXISTS_REPLY;
    const queuedAtMs = Number.POSITIVE_INFINITY;
    queue.pushSent(
      new TypedRequest({ xid, path: rearm.path, frameBytes, queuedAtMs, shape, settlement, signal: undefined }),
    );
  }
}

function writeRearm(writer: JuteWriter, xid: number, { kind, path }: Rearm): number {
  const op = kind === 'child' ? OpCode.getChildren2 : OpCode.exists;
  return writeFrame(writer, { xid, op, writeBody: writeWatchableRequest, body: { path, watch: true } });
}

function isOwnFailure(error: unknown): boolean {
  return error instanceof EnsembleError && (error.code === 'CONNECTION_LOSS' || error.code === 'SESSION_EXPIRED');
}

function readChildrenStat(reader: JuteReader): Stat {
  const count = reader.readCount();
  for (let index = 0; index < count; index++) reader.skip(Math.max(reader.readInt(), 0));
  return readStat(reader);
}
