/**
 * Who watches the events of a topic: listeners with a bounded buffer each, served between turns of the event loop.
 *
 * A listener must never slow a pipeline down: its buffer takes `BUFFER_MAX` events, and when it is full the oldest go and
 * are counted. A turn gives a listener at most `TURN_MAX` events, so that sockets and timers get theirs.
 */

import type { CloudEvent } from '../../core/events/envelope.ts';

export const BUFFER_MAX = 1024;
const TURN_MAX = 256;

export interface FeedListener {
  next(event: CloudEvent): void;
  /** The feed was closed; nothing follows. */
  complete(): void;
}

class Listener {
  readonly listener: FeedListener;
  buffer: CloudEvent[] = [];

  constructor(listener: FeedListener) {
    this.listener = listener;
  }
}

export class EventFeed {
  readonly #listeners = new Set<Listener>();
  #turn: NodeJS.Immediate | null = null;
  #closed = false;
  #dropped = 0;

  /** Events that listeners lost because they were slow, in all. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @returns the way to leave; idempotent */
  listen(listener: FeedListener): () => void {
    if (this.#closed) {
      listener.complete();
      return () => {};
    }
    const entry = new Listener(listener);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  publish(events: readonly CloudEvent[]): void {
    if (this.#listeners.size === 0) return;
    for (const entry of this.#listeners) {
      entry.buffer.push(...events);
      const excess = entry.buffer.length - BUFFER_MAX;
      if (excess <= 0) continue;
      entry.buffer.splice(0, excess);
      this.#dropped += excess;
    }
    this.#turn ??= setImmediate(() => this.#serve());
  }

  /** Hands out what is buffered and completes every listener. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#turn !== null) clearImmediate(this.#turn);
    for (const entry of this.#listeners) {
      for (const event of entry.buffer) entry.listener.next(event);
      entry.listener.complete();
    }
    this.#listeners.clear();
  }

  #serve(): void {
    this.#turn = null;
    let left = false;
    for (const entry of this.#listeners) {
      const turn = entry.buffer.splice(0, TURN_MAX);
      left ||= entry.buffer.length > 0;
      for (const event of turn) {
        // A listener may leave while it is being served.
        if (!this.#listeners.has(entry)) break;
        entry.listener.next(event);
      }
    }
    if (left && !this.#closed) this.#turn = setImmediate(() => this.#serve());
  }
}
