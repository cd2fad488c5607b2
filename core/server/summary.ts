/**
 * What is told of many measurements once they are gone: how many, their sum, least and greatest, and quantiles
 * (AvgMinMaxPercentileCounter, with a histogram in place of a random sample).
 *
 * Values are whole numbers from 0 on, of any unit. Below 16 each has a bucket of its own, above that a bucket is an
 * eighth of a power of two wide, so a quantile is at most 12.5 % too high. Recording allocates nothing.
 */

const EXACT = 16;
const STEPS = 8;
const FIRST_POWER = 4;
const BUCKETS = EXACT + (31 - FIRST_POWER) * STEPS;
const VALUE_MAX = 2 ** 31 - 1;

export class Summary {
  #count = 0;
  #sum = 0;
  #min = 0;
  #max = 0;
  readonly #buckets = new Uint32Array(BUCKETS);

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** 0 as long as nothing was recorded, like the others. */
  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  get average(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  /** @param value  whole, 0 or more; what is above 2^31 - 1 counts as that */
  record(value: number): void {
    const bounded = Math.min(value, VALUE_MAX);
    if (this.#count === 0 || bounded < this.#min) this.#min = bounded;
    if (bounded > this.#max) this.#max = bounded;
    this.#count += 1;
    this.#sum += bounded;
    const bucket = bucketOf(bounded);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }

  /** The value that a share of `share` (0 … 1) of all recorded ones does not exceed; 0 when there are none. */
  quantile(share: number): number {
    const wanted = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#buckets[bucket] ?? 0;
      if (seen >= wanted) return Math.min(upperEndOf(bucket), this.#max);
    }
    return this.#max;
  }

  reset(): void {
    this.#count = 0;
    this.#sum = 0;
    this.#min = 0;
    this.#max = 0;
    this.#buckets.fill(0);
  }
}

function bucketOf(value: number): number {
  if (value < EXACT) return value;
  const power = 31 - Math.clz32(value);
  // The three bits below the highest one.
  const step = (value >>> (power - 3)) & (STEPS - 1);
  return EXACT + (power - FIRST_POWER) * STEPS + step;
}

function upperEndOf(bucket: number): number {
  if (bucket < EXACT) return bucket;
  const power = Math.floor((bucket - EXACT) / STEPS) + FIRST_POWER;
  const step = (bucket - EXACT) % STEPS;
  return 2 ** power + (step + 1) * 2 ** (power - 3) - 1;
}
