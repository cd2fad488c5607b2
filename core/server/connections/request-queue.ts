/**
 * The requests of one connection that cannot be answered yet, in the order in which they came (CommitProcessor). A write
 * or a sync at the head waits for the leader, and everything behind it waits for it.
 *
 * At the bound, or when the replica's connections altogether have too much waiting, the host stops reading from the
 * connection until some are answered; the rest of the chunk that it has read already waits with it.
 */

import { Fifo } from '../../fifo.ts';
import type { Epoch } from '../../zxid.ts';
import type { PendingRequest } from './pending-request.ts';
import type { ServerLoad } from './server-load.ts';

const REQUESTS_MAX = 1000;
/** Bodies of at most a megabyte each would otherwise add up to a gigabyte. */
const BYTES_MAX = 16 << 20;

export class RequestQueue {
  readonly #requests = new Fifo<PendingRequest>();
  readonly #load: ServerLoad;
  #bytes = 0;

  /** @param load  of all queues together */
  constructor(load: ServerLoad) {
    this.#load = load;
  }

  get size(): number {
    return this.#requests.size;
  }

  get isEmpty(): boolean {
    return this.#requests.size === 0;
  }

  get isFull(): boolean {
    const { size } = this.#requests;
    return size >= REQUESTS_MAX || this.#bytes >= BYTES_MAX || (size > 0 && this.#load.isHigh);
  }

  push(request: PendingRequest): void {
    this.#requests.push(request);
    this.#bytes += request.end - request.start;
    this.#load.onQueued(request);
  }

  shift(): PendingRequest | undefined {
    const request = this.#requests.shift();
    if (request === undefined) return undefined;
    this.#bytes -= request.end - request.start;
    this.#load.onLeft(request);
    return request;
  }

  /** Takes the request at the head if it waits for nothing more. */
  shiftDue(): PendingRequest | undefined {
    const head = this.#requests.peek();
    return head !== undefined && (head.kind === 'local' || head.isReleased) ? this.shift() : undefined;
  }

  /** Whether a write or a sync is among them. */
  get waitsForLeader(): boolean {
    for (const { kind } of this.#requests.items()) if (kind !== 'local') return true;
    return false;
  }

  /** The oldest write: the only one whose txn can come next. */
  get firstWrite(): PendingRequest | undefined {
    const head = this.#requests.peek();
    if (head === undefined || head.kind === 'write') return head;
    for (const request of this.#requests.items()) if (request.kind === 'write') return request;
    return undefined;
  }

  /** Releases the syncs that stand before the oldest write. */
  releaseSyncs(): void {
    // Nearly always there is none, and the way to find that out is on every write's path.
    if (this.#requests.peek()?.kind === 'write') return;
    for (const request of this.#requests.items()) {
      if (request.kind === 'write') return;
      request.isReleased = true;
    }
  }

  /** Whether the leader of this epoch has been given a write that it has not answered. */
  hasWriteUnderWay(epoch: Epoch): boolean {
    for (const { kind, submittedIn } of this.#requests.items()) {
      if (kind === 'write' && submittedIn === epoch) return true;
    }
    return false;
  }

  /** A copy, oldest first: the queue may change while it is gone through. */
  toArray(): PendingRequest[] {
    return [...this.#requests.items()];
  }

  clear(): void {
    for (const request of this.#requests.drain()) this.#load.onLeft(request);
    this.#bytes = 0;
  }
}
