/**
 * One topic in this process: its propagator, and the feed of those who watch it.
 *
 * Publishing goes in slices that the propagator takes at once, and waits for room: that wait is the back-pressure that
 * reaches a generator. A slice is shown to the watchers once it was taken.
 */

import type { CloudEvent } from '../../core/events/envelope.ts';
import type { Propagator } from '../../core/hooks/steps.ts';
import { EventFeed } from './event-feed.ts';

export class Topic {
  readonly name: string;
  readonly propagator: Propagator;
  readonly feed = new EventFeed();
  #published = 0;

  constructor(name: string, propagator: Propagator) {
    this.name = name;
    this.propagator = propagator;
  }

  get published(): number {
    return this.#published;
  }

  /** Rejects with the signal's reason when aborted; what went before in whole slices stays published. */
  async publish(events: readonly CloudEvent[], signal: AbortSignal): Promise<void> {
    const { batchMax } = this.propagator;
    for (let at = 0; at < events.length; at += batchMax) {
      const slice = events.length <= batchMax ? events : events.slice(at, at + batchMax);
      await this.propagator.publish(slice, signal);
      this.#published += slice.length;
      this.feed.publish(slice);
    }
  }

  async close(): Promise<void> {
    await this.propagator.close();
    this.feed.close();
  }
}
