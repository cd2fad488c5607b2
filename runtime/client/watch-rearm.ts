/**
 * Tells the server of a new connection which watches the session has (setWatches, setWatches2). The server compares with
 * the last zxid that this session saw: what changed meanwhile it tells as events, the rest it arms again (facts 6.4).
 *
 * Many paths go in several requests, so that none exceeds what a server takes. Lasting watches are armed without a
 * catch-up: what changed under them meanwhile stays untold. A server before 3.6 knows none of those and hangs up when it
 * hears of them; they are then given up, with an event to their listeners, since the next server may be the same.
 * Source: ZooKeeper's ClientCnxn.primeConnection.
 */

import { EnsembleError } from '../../core/errors.ts';
import { OpCode, SpecialXid } from '../../core/jute/op-code.ts';
import { type SetWatches2Request, writeSetWatches2Request, writeSetWatchesRequest } from '../../core/jute/watch.ts';
import type { JuteWriter } from '../../core/jute/writer.ts';
import { writeFrame } from './frame-writer.ts';
import { TypedRequest } from './pending-request.ts';
import { NO_REPLY } from './replies.ts';
import type { RequestQueue } from './request-queue.ts';
import { type LastingWatchKind, WATCH_KINDS, type WatchKind, type WatchTable } from './watches.ts';

export interface RearmParts {
  readonly watches: WatchTable;
  /** The last zxid that a reply of this session has shown. */
  readonly lastZxidSeen: number;
  readonly queue: RequestQueue;
  /** Where the frames go; the caller sends them before anything that waits. */
  readonly writer: JuteWriter;
  /** The server knows no such watches. */
  readonly onRefused: (kind: LastingWatchKind, path: string) => void;
}

type Batch = Record<WatchKind, string[]>;

/** Characters of paths in one request, as in ZooKeeper's client: at three bytes each still far below a frame's bound. */
const BATCH_CHARS_MAX = 128 * 1024;

export function rearmWatches({ watches, lastZxidSeen, queue, writer, onRefused }: RearmParts): void {
  for (const batch of batchesOf(watches)) {
    const settlement = {
      resolve: () => undefined,
      reject: (error: unknown) => {
        // Any other failure ends this connection as well, and the next one arms the watches.
        if (!(error instanceof EnsembleError) || error.code !== 'UNIMPLEMENTED') return;
        for (const kind of ['persistent', 'persistentRecursive'] as const) {
          for (const path of batch[kind]) onRefused(kind, path);
        }
      },
    };
    const frameBytes = writeBatch(writer, { relativeZxid: lastZxidSeen, ...batch });
    const queuedAtMs = Number.POSITIVE_INFINITY;
    const xid = SpecialXid.setWatches;
    queue.pushSent(
      new TypedRequest({ xid, path: null, frameBytes, queuedAtMs, shape: NO_REPLY, settlement, signal: undefined }),
    );
  }
}

/** All watches of the table, at most `BATCH_CHARS_MAX` characters at a time; a single longer path goes alone. */
export function* batchesOf(watches: WatchTable): Generator<Batch> {
  let batch = emptyBatch();
  let chars = 0;
  for (const kind of WATCH_KINDS) {
    for (const path of watches.paths(kind)) {
      if (chars > 0 && chars + path.length > BATCH_CHARS_MAX) {
        yield batch;
        batch = emptyBatch();
        chars = 0;
      }
      batch[kind].push(path);
      chars += path.length;
    }
  }
  if (chars > 0) yield batch;
}

function emptyBatch(): Batch {
  return { data: [], exist: [], child: [], persistent: [], persistentRecursive: [] };
}

/** Without lasting watches the older request does, which every server knows. */
function writeBatch(writer: JuteWriter, body: SetWatches2Request): number {
  const xid = SpecialXid.setWatches;
  if (body.persistent.length + body.persistentRecursive.length === 0) {
    return writeFrame(writer, { xid, op: OpCode.setWatches, writeBody: writeSetWatchesRequest, body });
  }
  return writeFrame(writer, { xid, op: OpCode.setWatches2, writeBody: writeSetWatches2Request, body });
}
