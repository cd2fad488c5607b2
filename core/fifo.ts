/**
 * A queue whose head moves without shifting the array: push and shift are constant in the mean. What was taken out is
 * let go of at once, and the array does not grow with what passes through, even if the queue is never empty.
 */

/** Empty slots that are tolerated at the head: the array is cut only when it pays. */
const COMPACT_AT = 1024;

export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  peek(): Item | undefined {
    return this.#items[this.#head];
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** What is in the queue, oldest first. The queue must not change meanwhile. */
  *items(): IterableIterator<Item> {
    for (let at = this.#head; at < this.#items.length; at++) {
      const item = this.#items[at];
      if (item !== undefined) yield item;
    }
  }

  /** Empties the queue and returns what was in it, oldest first. */
  drain(): Item[] {
    const items = [...this.items()];
    this.#items = [];
    this.#head = 0;
    return items;
  }
}
