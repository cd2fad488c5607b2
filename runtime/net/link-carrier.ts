/** Clients inside the process: the same frames, over a link of the bus (one batch of bytes per link frame). */

import type { Link } from '../bus/message-bus.ts';
import type { AcceptClient, ClientCarrier } from './client-carrier.ts';

const LOCAL_ADDRESS = '127.0.0.1';

export function serveLink(link: Link, accept: AcceptClient): void {
  const session = accept(new LinkCarrier(link), LOCAL_ADDRESS);
  link.onFrames((bytes, start, end) => session.onChunk(bytes.subarray(start, end)));
  link.onWritable(() => session.onDrain());
  link.onDown(() => session.onClose());
}

class LinkCarrier implements ClientCarrier {
  readonly isRemote = false;
  readonly isSecure = false;
  readonly peer = 'a client of this process';
  readonly certificate = null;
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  get queuedBytes(): number {
    return this.#link.queuedBytes;
  }

  send(bytes: Buffer): void {
    this.#link.send(bytes);
    this.#link.flush();
  }

  end(): void {
    this.#link.close();
  }

  destroy(): void {
    this.#link.close();
  }

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }
}
