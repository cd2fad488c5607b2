/**
 * Links between peers as the message bus promises them: FIFO in each direction, no loss and no reordering while a link is
 * up. Faults: a cut (both ends are told at once; what was under way may be lost), and a stall (nothing arrives, nobody is
 * told) in one direction or both. News of a link travels in the link's own order, so a message never precedes its linkUp.
 */

import type { PeerId } from '../../core/ids.ts';
import type { Prng } from './prng.ts';
import type { Scheduler } from './scheduler.ts';

export type LinkItem =
  | { readonly type: 'message'; readonly from: PeerId; readonly bytes: Uint8Array }
  | { readonly type: 'linkUp' | 'linkDown'; readonly peer: PeerId };

export interface NetworkOptions {
  /** A message takes this long, microseconds; mostly the lower end. */
  readonly delayUs: readonly [low: number, high: number];
}

interface Carried {
  readonly item: LinkItem;
  hasArrived: boolean;
}

interface Link {
  readonly from: PeerId;
  readonly to: PeerId;
  isUp: boolean;
  isStalled: boolean;
  /** Nothing may arrive earlier than what was sent before it. */
  lastArrivalUs: number;
  queue: Carried[];
}

export class Network {
  readonly #scheduler: Scheduler;
  readonly #prng: Prng;
  readonly #options: NetworkOptions;
  readonly #deliver: (to: PeerId, item: LinkItem) => void;
  readonly #links = new Map<number, Link>();

  constructor(
    scheduler: Scheduler,
    prng: Prng,
    options: NetworkOptions,
    deliver: (to: PeerId, item: LinkItem) => void,
  ) {
    this.#scheduler = scheduler;
    this.#prng = prng;
    this.#options = options;
    this.#deliver = deliver;
  }

  isUp(a: PeerId, b: PeerId): boolean {
    return this.#link(a, b).isUp;
  }

  connect(a: PeerId, b: PeerId): void {
    for (const link of this.#both(a, b)) {
      if (link.isUp) continue;
      link.isUp = true;
      this.#carry(link, { type: 'linkUp', peer: link.from });
    }
  }

  /** @param underWay  whether messages under way still arrive, before the news of the cut */
  disconnect(a: PeerId, b: PeerId, underWay: 'delivered' | 'lost'): void {
    for (const link of this.#both(a, b)) {
      if (!link.isUp) continue;
      link.isUp = false;
      link.isStalled = false;
      if (underWay === 'lost') {
        link.queue = link.queue.filter(({ item }) => item.type !== 'message');
        link.lastArrivalUs = link.queue.length === 0 ? 0 : link.lastArrivalUs;
      }
      this.#carry(link, { type: 'linkDown', peer: link.from });
      this.#drain(link);
    }
  }

  /** Nothing arrives any more, and nobody is told. */
  stall(from: PeerId, to: PeerId): void {
    this.#link(from, to).isStalled = true;
  }

  /** All that was held back arrives at once. */
  resume(from: PeerId, to: PeerId): void {
    const link = this.#link(from, to);
    link.isStalled = false;
    this.#drain(link);
  }

  /** Sent into a link that is down, a message is gone. */
  send(from: PeerId, to: PeerId, bytes: Uint8Array): void {
    const link = this.#link(from, to);
    if (link.isUp) this.#carry(link, { type: 'message', from, bytes });
  }

  #carry(link: Link, item: LinkItem): void {
    const [low, high] = this.#options.delayUs;
    const delayUs = item.type === 'message' ? this.#prng.skewed(low, high) : this.#prng.between(1, 50);
    link.lastArrivalUs = Math.max(link.lastArrivalUs, this.#scheduler.nowUs + delayUs);
    const carried: Carried = { item, hasArrived: false };
    link.queue.push(carried);
    this.#scheduler.at(link.lastArrivalUs, () => {
      carried.hasArrived = true;
      this.#drain(link);
    });
  }

  #drain(link: Link): void {
    for (let next = link.queue[0]; next?.hasArrived && !link.isStalled; next = link.queue[0]) {
      link.queue.shift();
      this.#deliver(link.to, next.item);
    }
  }

  #both(a: PeerId, b: PeerId): readonly Link[] {
    return [this.#link(a, b), this.#link(b, a)];
  }

  #link(from: PeerId, to: PeerId): Link {
    const key = from * 256 + to;
    let link = this.#links.get(key);
    if (link === undefined) {
      link = { from, to, isUp: false, isStalled: false, lastArrivalUs: 0, queue: [] };
      this.#links.set(key, link);
    }
    return link;
  }
}
