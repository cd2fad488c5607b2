/** How many connections a replica has, from each address and altogether; one more than allowed is not let in. */

export interface CrowdLimits {
  /** Connections from one address; 0: no limit. */
  readonly maxClientConnections: number;
  /** All connections together; 0: no limit. */
  readonly maxConnections: number;
}

export class Crowd {
  readonly #limits: CrowdLimits;
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  constructor(limits: CrowdLimits) {
    this.#limits = limits;
  }

  /** @returns why this connection is one too many; null where it is not. It counts in either case, until `leave` */
  join(address: string): string | null {
    const { maxClientConnections, maxConnections } = this.#limits;
    const fromThere = (this.#byAddress.get(address) ?? 0) + 1;
    this.#byAddress.set(address, fromThere);
    this.#count += 1;
    if (maxClientConnections !== 0 && fromThere > maxClientConnections) {
      return `${address} has ${maxClientConnections} already`;
    }
    if (maxConnections !== 0 && this.#count > maxConnections) return `there are ${maxConnections} already`;
    return null;
  }

  leave(address: string): void {
    this.#count -= 1;
    const left = (this.#byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}
