/** Virtual time: actions in the order of their times, and of their making where times are equal. A binary heap. */

interface Scheduled {
  readonly atUs: number;
  readonly order: number;
  readonly action: () => void;
}

export class Scheduler {
  nowUs = 0;
  /** Actions run so far: what a run has cost. */
  ranCount = 0;
  readonly #heap: Scheduled[] = [];
  #order = 0;

  get nowMs(): number {
    return Math.floor(this.nowUs / 1000);
  }

  after(delayUs: number, action: () => void): void {
    this.at(this.nowUs + delayUs, action);
  }

  at(timeUs: number, action: () => void): void {
    const heap = this.#heap;
    const added: Scheduled = { atUs: Math.max(timeUs, this.nowUs), order: this.#order++, action };
    let index = heap.length;
    while (index > 0) {
      const parentIndex = (index - 1) >>> 1;
      const parent = heap[parentIndex] as Scheduled;
      if (!isBefore(added, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = added;
  }

  /** Runs what is due up to and including `timeUs`; time then stands there. */
  runUntil(timeUs: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.atUs <= timeUs; next = this.#heap[0]) {
      this.#removeFirst();
      this.nowUs = next.atUs;
      this.ranCount++;
      next.action();
    }
    this.nowUs = timeUs;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = index * 2 + 1;
      let child = heap[childIndex];
      if (child === undefined) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childIndex++;
      }
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);
}
