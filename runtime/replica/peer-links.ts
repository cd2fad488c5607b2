/**
 * A replica's links to the other replicas: peer messages as packed bytes, out and in.
 *
 * A link exists as soon as the peer's thread is started, long before that runs. Counted as up then, it would make an
 * election wait for the vote of a thread that still boots. So each end begins with an empty frame, its hello, and the
 * link is up once the peer's has come.
 */

import type { PeerId } from '../../core/ids.ts';
import { type PeerMessage, readPeerMessage, writePeerMessage } from '../../core/jute/quorum.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import type { Link } from '../bus/message-bus.ts';

export interface PeerLinksListener {
  onMessage(from: PeerId, message: PeerMessage): void;
  /** The peer's thread is there and has this link. */
  onUp(peer: PeerId): void;
  /** Told only of links that were up. */
  onDown(peer: PeerId): void;
}

const HELLO = new Uint8Array(0);

export class PeerLinks {
  readonly #listener: PeerLinksListener;
  readonly #links = new Map<PeerId, Link>();
  readonly #up = new Set<Link>();
  readonly #reader = new JuteReader();

  constructor(listener: PeerLinksListener) {
    this.#listener = listener;
  }

  /** A new link to a peer, which takes the place of one that went down or was left over. */
  add(peer: PeerId, link: Link): void {
    this.#drop(peer, this.#links.get(peer));
    this.#links.set(peer, link);
    link.onDown(() => this.#drop(peer, link));
    link.onFrames((bytes, start, end) => {
      if (end > start) this.#listener.onMessage(peer, readPeerMessage(this.#reader.reset(bytes, start, end)));
      else this.#onHello(peer, link);
    });
    link.send(HELLO);
    link.flush();
  }

  entries(): Iterable<readonly [peer: PeerId, link: Link]> {
    return this.#links.entries();
  }

  get(peer: PeerId): Link | undefined {
    return this.#links.get(peer);
  }

  /** What is sent over a link that is down is lost, as the protocol expects. */
  send(to: PeerId, message: PeerMessage): void {
    const link = this.#links.get(to);
    if (link === undefined || !link.isUp) return;
    writePeerMessage(link.beginFrame(), message);
    link.endFrame();
  }

  flush(): void {
    for (const link of this.#links.values()) link.flush();
  }

  /** Whether every link has room for bulk data such as a snapshot. */
  get isWritable(): boolean {
    for (const link of this.#links.values()) if (!link.writable) return false;
    return true;
  }

  close(): void {
    for (const [peer, link] of this.#links) {
      this.#links.delete(peer);
      link.close();
    }
  }

  #onHello(peer: PeerId, link: Link): void {
    if (this.#links.get(peer) !== link || this.#up.has(link)) return;
    this.#up.add(link);
    this.#listener.onUp(peer);
  }

  #drop(peer: PeerId, link: Link | undefined): void {
    if (link === undefined || this.#links.get(peer) !== link) return;
    this.#links.delete(peer);
    link.close();
    if (this.#up.delete(link)) this.#listener.onDown(peer);
  }
}
