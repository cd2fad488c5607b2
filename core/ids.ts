/** Branded identities: values that look alike (numbers, strings) but must not be mixed up. */

declare const brand: unique symbol;
/** A value that only a checking constructor may make. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };

/** Identity of a voter or observer in the ensemble: ZooKeeper's `myid`, 1 … 254. */
export type PeerId = Brand<number, 'PeerId'>;

/** @throws RangeError outside 1 … 254 (0 means "nobody"; 255 marks TTL znodes in a session id's top byte) */
export function toPeerId(value: number): PeerId {
  if (!Number.isInteger(value) || value < 1 || value > 254) throw new RangeError(`peer id ${value} is outside 1 … 254`);
  return value as PeerId;
}

/**
 * A session id: 64 bits, all of them used, so it is kept as two signed 32-bit halves and never as a Number.
 * Compare with `sessionIdEquals`, key tables with `SessionMap`.
 */
export interface SessionId {
  readonly hi: number;
  readonly lo: number;
}

export const NO_SESSION: SessionId = Object.freeze({ hi: 0, lo: 0 });

export function makeSessionId(hi: number, lo: number): SessionId {
  return { hi: hi | 0, lo: lo | 0 };
}

export function sessionIdEquals(a: SessionId, b: SessionId): boolean {
  return a.lo === b.lo && a.hi === b.hi;
}

export function isNoSession(id: SessionId): boolean {
  return id.hi === 0 && id.lo === 0;
}

/** Unsigned hex with 0x and no padding, as ZooKeeper prints session ids. */
export function formatSessionId(id: SessionId): string {
  const hi = id.hi >>> 0;
  const lo = id.lo >>> 0;
  return hi === 0 ? `0x${lo.toString(16)}` : `0x${hi.toString(16)}${lo.toString(16).padStart(8, '0')}`;
}

/** @throws RangeError unless the text is 0x and 1 to 16 hex digits */
export function parseSessionId(text: string): SessionId {
  const match = /^0x([0-9a-f]{1,16})$/i.exec(text);
  if (match?.[1] === undefined) throw new RangeError(`"${text}" is not a session id (0x and 1 to 16 hex digits)`);
  const digits = match[1].padStart(16, '0');
  return makeSessionId(Number.parseInt(digits.slice(0, 8), 16), Number.parseInt(digits.slice(8), 16));
}

/** A map keyed by session id. Iterates in no promised order. */
export class SessionMap<Value> {
  readonly #byHi = new Map<number, Map<number, Value>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: SessionId): Value | undefined {
    return this.#byHi.get(id.hi)?.get(id.lo);
  }

  has(id: SessionId): boolean {
    return this.#byHi.get(id.hi)?.has(id.lo) ?? false;
  }

  set(id: SessionId, value: Value): void {
    let byLo = this.#byHi.get(id.hi);
    if (byLo === undefined) {
      byLo = new Map();
      this.#byHi.set(id.hi, byLo);
    }
    const before = byLo.size;
    byLo.set(id.lo, value);
    this.#size += byLo.size - before;
  }

  delete(id: SessionId): boolean {
    const byLo = this.#byHi.get(id.hi);
    if (byLo === undefined || !byLo.delete(id.lo)) return false;
    if (byLo.size === 0) this.#byHi.delete(id.hi);
    this.#size -= 1;
    return true;
  }

  clear(): void {
    this.#byHi.clear();
    this.#size = 0;
  }

  *entries(): IterableIterator<[SessionId, Value]> {
    for (const [hi, byLo] of this.#byHi) for (const [lo, value] of byLo) yield [{ hi, lo }, value];
  }

  *values(): IterableIterator<Value> {
    for (const byLo of this.#byHi.values()) yield* byLo.values();
  }
}
