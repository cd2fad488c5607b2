/**
 * Seeded chance, the only one in a simulation: a seed replays a run exactly. The generator is sfc32 (PractRand), seeded
 * through splitmix32 so that neighbouring seeds have nothing in common.
 */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    let state = seed | 0;
    const splitmix = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let mixed = state ^ (state >>> 16);
      mixed = Math.imul(mixed, 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return mixed ^ (mixed >>> 15);
    };
    this.#a = splitmix();
    this.#b = splitmix();
    this.#c = splitmix();
    for (let round = 0; round < 12; round++) this.next();
  }

  /** Uniform over 0 … 2^32-1. */
  next(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + result;
    return result >>> 0;
  }

  /** Uniform over [0, 1). */
  unit(): number {
    return this.next() / 0x100000000;
  }

  /** An integer, 0 … count-1. */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  /** An integer, low … high, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** @throws RangeError when there is nothing to pick from */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return items[this.below(items.length)] as Item;
  }

  /** Mostly near `low`, now and then up to `high`: how delays are in practice. */
  skewed(low: number, high: number): number {
    const unit = this.unit();
    return low + Math.floor((high - low) * unit * unit * unit * unit);
  }

  /** A generator of its own, so that what one part draws does not shift what the others get. */
  fork(): Prng {
    return new Prng(this.next());
  }
}
