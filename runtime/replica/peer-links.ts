/** A replica's links to the other replicas: peer messages as packed bytes, out and in. */

import type { PeerId } from '../../core/ids.ts';
import { type PeerMessage, readPeerMessage, writePeerMessage } from '../../core/jute/quorum.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import type { Link } from '../bus/message-bus.ts';

export interface PeerLinksListener {
  onMessage(from: PeerId, message: PeerMessage): void;
  onUp(peer: PeerId): void;
  onDown(peer: PeerId): void;
}

export class PeerLinks {
  readonly #listener: PeerLinksListener;
  readonly #links = new Map<PeerId, Link>();
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
      this.#listener.onMessage(peer, readPeerMessage(this.#reader.reset(bytes, start, end)));
    });
    this.#listener.onUp(peer);
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

  #drop(peer: PeerId, link: Link | undefined): void {
    if (link === undefined || this.#links.get(peer) !== link) return;
    this.#links.delete(peer);
    link.close();
    this.#listener.onDown(peer);
  }
}
