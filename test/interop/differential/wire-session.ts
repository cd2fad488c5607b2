/** A session of a sequence: lives on one connection after the other, and ends and begins again under the same number. */
import { NO_SESSION, type SessionId } from '../../../core/ids.ts';
import type { Reattachment, Request } from './operation.ts';
import { Wire, type WireNotation } from './wire.ts';

export interface WireSessionOptions {
  readonly ports: readonly number[];
  /** Which session this is, from 0. */
  readonly index: number;
  readonly notation: WireNotation;
}

interface Handshake {
  readonly timeoutMs: number;
  readonly password?: Uint8Array;
  readonly lastZxidSeen?: number;
  readonly readOnly?: boolean | null;
}

/** Beyond any zxid of a test's server. */
const FUTURE_ZXID = 2 ** 50;

export class WireSession {
  id: SessionId = NO_SESSION;
  lastZxidSeen = 0;
  readonly #options: WireSessionOptions;
  #wire: Wire | null = null;
  #password: Uint8Array = new Uint8Array(16);
  #timeoutMs = 0;
  #life = 0;
  #moves = 0;
  #lines: string[] = [];

  constructor(options: WireSessionOptions) {
    this.#options = options;
  }

  /** `session 1`; its next life is `session 1'`. */
  get name(): string {
    return `session ${this.#options.index}${"'".repeat(this.#life)}`;
  }

  async begin(timeoutMs: number): Promise<void> {
    this.#timeoutMs = timeoutMs;
    this.id = NO_SESSION;
    this.#password = new Uint8Array(16);
    // A client that starts anew has seen nothing.
    this.lastZxidSeen = 0;
    await this.#connect({ timeoutMs });
  }

  async ask(requests: readonly Request[]): Promise<void> {
    await this.#current.ask(requests);
    await this.#goOn();
  }

  /** Learns the last zxid; of this nothing is written down. */
  async catchUpSilently(): Promise<void> {
    const told = this.take();
    await this.ask([]);
    this.take();
    this.#lines = told;
  }

  /** For what may overtake the answers before it. */
  async askAlone(request: Request): Promise<void> {
    await this.#current.ask([]);
    await this.#current.askWithoutSync(request);
    await this.#goOn();
  }

  /** The session ends, nobody gets it back, and a new one takes its place. */
  async replace(timeoutMs: number): Promise<void> {
    const ended = this.#current;
    await ended.ask([]);
    await ended.askWithoutSync({ op: 'closeSession' });
    await ended.untilClosed();
    this.#keep(ended);
    const refused = await this.#open({ timeoutMs });
    await refused.untilClosed();
    this.#keep(refused);
    this.#life += 1;
    await this.begin(timeoutMs);
  }

  async reattach(how: Reattachment, timeoutMs: number): Promise<void> {
    const before = this.#current;
    await before.ask([]);
    switch (how) {
      case 'taken over':
        return this.#takeOver(before, { timeoutMs });
      case 'by an old client':
        return this.#takeOver(before, { timeoutMs, readOnly: null });
      case 'moved':
        await before.hangUp();
        this.#moves += 1;
        return this.#takeOver(before, { timeoutMs });
      case 'with a wrong password':
        await this.#fail(await this.#open({ timeoutMs, password: Buffer.alloc(16, 7) }));
        return this.#takeOver(before, { timeoutMs });
      case 'from the future':
        return this.#fail(await this.#open({ timeoutMs, lastZxidSeen: FUTURE_ZXID }));
    }
  }

  /** What came since the last call. */
  take(): string[] {
    if (this.#wire !== null) this.#keep(this.#wire);
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  async end(): Promise<void> {
    if (this.#wire?.isOpen !== true) return;
    await this.#wire.askWithoutSync({ op: 'closeSession' });
    await this.#wire.hangUp();
  }

  get #current(): Wire {
    if (this.#wire === null) throw new Error(`${this.name} is not connected`);
    return this.#wire;
  }

  async #takeOver(before: Wire, handshake: Handshake): Promise<void> {
    const next = await this.#open(handshake);
    await before.untilClosed();
    this.#keep(before);
    this.#use(next, handshake.timeoutMs);
  }

  async #fail(wire: Wire): Promise<void> {
    await wire.untilClosed();
    this.#keep(wire);
  }

  /** Hung up on for what it asked: the session goes on over the next connection. */
  async #goOn(): Promise<void> {
    const { isOpen } = this.#current;
    this.#keep(this.#current);
    if (!isOpen) await this.#connect({ timeoutMs: this.#timeoutMs });
  }

  async #connect(handshake: Handshake): Promise<void> {
    this.#use(await this.#open(handshake), handshake.timeoutMs);
  }

  #use(wire: Wire, timeoutMs: number): void {
    this.#wire = wire;
    this.#timeoutMs = timeoutMs;
    this.#keep(wire);
    if (wire.session === null) return;
    this.id = wire.session;
    this.#password = wire.password;
  }

  async #open({ timeoutMs, password, lastZxidSeen, readOnly = false }: Handshake): Promise<Wire> {
    const { ports, index, notation } = this.#options;
    const port = ports[(index + this.#moves) % ports.length] ?? 0;
    const request = {
      protocolVersion: 0,
      lastZxidSeen: lastZxidSeen ?? this.lastZxidSeen,
      timeoutMs,
      sessionId: this.id,
      password: password ?? this.#password,
      readOnly,
    };
    return Wire.open(port, request, notation);
  }

  #keep(wire: Wire): void {
    this.#lines.push(...wire.take());
    this.lastZxidSeen = Math.max(this.lastZxidSeen, wire.lastZxidSeen);
  }
}
