/**
 * The `memory` propagator: a bounded queue per consumer group, within this process.
 *
 * Guarantee: at most once. What is queued when the process ends is gone; nothing is delivered twice. A topic without a
 * consumer group keeps nothing. Publishing waits until every group has room for the whole batch, in the order in which the
 * publishers came. Options: `capacity`, events a group may hold between publish and settle (default 1,024), and
 * `partitions` (default 1).
 */

import {
  type CloudEvent,
  type Delivery,
  definePropagator,
  fields,
  keyOf,
  number,
  Partitioner,
  type Propagator,
  type Subscription,
} from 'threadkeeper/plugin';

const options = fields({
  capacity: number({ min: 1, max: 1_000_000, whole: true, otherwise: 1024 }),
  partitions: number({ min: 1, max: 65_536, whole: true, otherwise: 1 }),
});

export default definePropagator({
  name: 'memory',
  options,
  create: ({ capacity, partitions }, { topic }) => new MemoryTopic({ topic, capacity, partitions }),
});

interface MemoryOptions {
  readonly topic: string;
  readonly capacity: number;
  readonly partitions: number;
}

class MemoryTopic implements Propagator {
  readonly guarantee = 'at-most-once';
  readonly batchMax: number;
  readonly #topic: string;
  readonly #capacity: number;
  readonly #partitioner: Partitioner;
  readonly #nextOffsets: number[];
  readonly #groups = new Map<string, MemorySubscription>();
  /** Publishers wait in line: the first to come is the first to be let in. */
  #line: Promise<void> = Promise.resolve();
  #roomMade: (() => void) | null = null;

  constructor({ topic, capacity, partitions }: MemoryOptions) {
    this.#topic = topic;
    this.#capacity = capacity;
    this.batchMax = Math.max(1, capacity >>> 1);
    this.#partitioner = new Partitioner(partitions);
    this.#nextOffsets = new Array<number>(partitions).fill(0);
  }

  publish(events: readonly CloudEvent[], signal: AbortSignal): Promise<void> {
    const turn = this.#line.then(() => this.#take(events, signal));
    this.#line = turn.catch(() => {});
    return turn;
  }

  subscribe(group: string): Subscription {
    if (this.#groups.has(group)) throw new Error(`topic ${this.#topic}: group ${group} has its one member already`);
    const subscription = new MemorySubscription({
      onRoom: () => this.#roomMade?.(),
      onClose: () => this.#groups.delete(group),
    });
    this.#groups.set(group, subscription);
    return subscription;
  }

  async close(): Promise<void> {
    for (const subscription of [...this.#groups.values()]) await subscription.close();
  }

  async #take(events: readonly CloudEvent[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (!this.#hasRoom(events.length)) await this.#room(signal);
    const deliveries = events.map((event) => this.#deliver(event));
    for (const subscription of this.#groups.values()) subscription.offer(deliveries);
  }

  #deliver(event: CloudEvent): Delivery {
    const key = keyOf(event);
    const partition = this.#partitioner.partitionOf(key);
    const offset = this.#nextOffsets[partition] ?? 0;
    this.#nextOffsets[partition] = offset + 1;
    return { topic: this.#topic, partition, offset, key, event };
  }

  #hasRoom(count: number): boolean {
    for (const { held } of this.#groups.values()) if (held + count > this.#capacity) return false;
    return true;
  }

  /** Resolves when a group settled something or left; rejects when the publisher gives up. */
  #room(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#roomMade = null;
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#roomMade = () => {
        leave();
        resolve();
      };
    });
  }
}

class MemorySubscription implements Subscription {
  readonly #onRoom: () => void;
  readonly #onClose: () => void;
  #queue: Delivery[] = [];
  #unsettled = 0;
  #pending: { readonly max: number; readonly resolve: (deliveries: readonly Delivery[] | null) => void } | null = null;
  #closed = false;

  constructor({ onRoom, onClose }: { readonly onRoom: () => void; readonly onClose: () => void }) {
    this.#onRoom = onRoom;
    this.#onClose = onClose;
  }

  /** Events published and not settled. */
  get held(): number {
    return this.#queue.length + this.#unsettled;
  }

  offer(deliveries: readonly Delivery[]): void {
    this.#queue.push(...deliveries);
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    pending.resolve(this.#takeUpTo(pending.max));
  }

  pull(max: number): Promise<readonly Delivery[] | null> {
    if (this.#closed) return Promise.resolve(null);
    if (this.#queue.length > 0) return Promise.resolve(this.#takeUpTo(max));
    return new Promise((resolve) => {
      this.#pending = { max, resolve };
    });
  }

  settle(deliveries: readonly Delivery[]): Promise<void> {
    this.#unsettled -= deliveries.length;
    this.#onRoom();
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#queue = [];
      this.#unsettled = 0;
      this.#pending?.resolve(null);
      this.#pending = null;
      this.#onClose();
      this.#onRoom();
    }
    return Promise.resolve();
  }

  #takeUpTo(max: number): readonly Delivery[] {
    const taken = this.#queue.splice(0, max);
    this.#unsettled += taken.length;
    return taken;
  }
}
