/**
 * What an injected fault does to the batches that one end of a link sends: lets them pass, delays, holds, or discards
 * them. It never reorders: ports and TCP do not, and Zab relies on it.
 */

import type { LinkFault } from './message-bus.ts';

export type Carry = (batch: Buffer) => void;

export class LinkFaults {
  readonly #carry: Carry;
  readonly #onLossyHeal: () => void;
  /** Oldest first; `dueMs` is when it may go, on the clock of `performance.now`. */
  readonly #held: { readonly batch: Buffer; readonly dueMs: number }[] = [];
  #fault: Exclude<LinkFault, { type: 'cut' }> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lossy = false;

  constructor(carry: Carry, onLossyHeal: () => void) {
    this.#carry = carry;
    this.#onLossyHeal = onLossyHeal;
  }

  /** Replaces the fault before; what that one holds back keeps its place in front of everything that is sent now. */
  inject(fault: Exclude<LinkFault, { type: 'cut' }>): void {
    this.#fault = fault;
    this.#pump();
  }

  /** Lets everything go that was held back. After a `drop` that lost something the link may not go on. */
  heal(): void {
    this.#fault = null;
    if (this.#lossy) this.#onLossyHeal();
    else this.#pump();
  }

  pass(batch: Buffer): void {
    const fault = this.#fault;
    if (this.#lossy || fault?.type === 'drop') {
      this.#lossy = true;
      return;
    }
    if (fault === null && this.#held.length === 0) {
      this.#carry(batch);
      return;
    }
    this.#held.push({ batch, dueMs: performance.now() + (fault?.type === 'delay' ? fault.ms : 0) });
    this.#pump();
  }

  stop(): void {
    this.#held.length = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #pump(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const fault = this.#fault;
    if (fault?.type === 'freeze') return;
    const now = performance.now();
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      const wait = fault === null ? 0 : first.dueMs - now;
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#pump(), wait);
        return;
      }
      this.#held.shift();
      if (fault?.type === 'drop') this.#lossy = true;
      else this.#carry(first.batch);
    }
  }
}
