/**
 * Looks for a server that takes writes while the client is connected to one that does not: asks the others in turn, by the
 * four-letter word `isro`, which answers `rw` or `ro`. The pause between two questions doubles from 100 ms to a minute, as
 * in ZooKeeper's client (facts 2.8). One question is under way at most; found, it stops by itself.
 */

import type { SessionClock } from './clock.ts';
import type { ServerAddress } from './connect-string.ts';
import type { OpenTransport, Transport } from './transport.ts';

export interface ReadWriteSearchParts {
  readonly servers: readonly ServerAddress[];
  readonly openTransport: OpenTransport;
  readonly clock: SessionClock;
  readonly onFound: (server: ServerAddress) => void;
}

const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 60_000;
const ANSWER_MS_MAX = 1000;

export class ReadWriteSearch {
  readonly #parts: ReadWriteSearchParts;
  #pauseMs = PAUSE_FIRST_MS;
  #asked = 0;
  #transport: Transport | null = null;
  #cancelTimer: () => void = () => undefined;
  #isStopped = false;

  constructor(parts: ReadWriteSearchParts) {
    this.#parts = parts;
    this.#pause();
  }

  /** Idempotent; nothing is found afterwards. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
    this.#transport?.close();
    this.#transport = null;
  }

  #pause(): void {
    this.#cancelTimer();
    this.#transport?.close();
    this.#transport = null;
    if (this.#isStopped || this.#parts.servers.length === 0) return;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
    this.#cancelTimer = this.#parts.clock.startTimer(pauseMs, () => this.#ask());
  }

  #ask(): void {
    const { servers, openTransport, clock, onFound } = this.#parts;
    const server = servers[this.#asked++ % servers.length];
    if (server === undefined) return;
    let answer = '';
    const transport = openTransport(server, {
      onOpen: () => transport.write(Buffer.from('isro', 'latin1')),
      onChunk: (chunk) => {
        if (this.#transport !== transport) return;
        answer += Buffer.from(chunk).toString('latin1');
        if (answer.length < 2) return;
        if (answer !== 'rw') return this.#pause();
        this.stop();
        onFound(server);
      },
      onClose: () => {
        if (this.#transport === transport) this.#pause();
      },
    });
    this.#transport = transport;
    this.#cancelTimer = clock.startTimer(ANSWER_MS_MAX, () => this.#pause());
  }
}
