/**
 * Events that were given up, with their cause. In memory, as the memory propagator's events are: the last
 * `DEAD_LETTERS_MAX` are kept, older ones are counted and forgotten, and a restart forgets all.
 */

import type { DeadLetter } from '../../core/events/contracts.ts';

export const DEAD_LETTERS_MAX = 1000;

export class DeadLetters {
  #letters: DeadLetter[] = [];
  #count = 0;

  /** How many there were since the start, forgotten ones included. */
  get count(): number {
    return this.#count;
  }

  add(letter: DeadLetter): void {
    this.#count += 1;
    this.#letters.push(letter);
    // Trimmed in strides, so that a flood of dead letters does not move the whole list for each.
    if (this.#letters.length >= 2 * DEAD_LETTERS_MAX) this.#letters = this.#letters.slice(-DEAD_LETTERS_MAX);
  }

  /** Those still known, oldest first. */
  list(): readonly DeadLetter[] {
    return this.#letters.slice(-DEAD_LETTERS_MAX);
  }
}
