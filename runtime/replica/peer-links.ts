/**
 * A replica's links to the other replicas: peer messages as packed bytes, out and in.
 *
 * A link exists before the thread at its other end runs. Whoever counted it as a peer from then on would wait for its
 * vote while it is still loading; so each end greets the other with an empty frame, and a peer is up once it has.
 */

import type { PeerId } from '../../core/ids.ts';
import { type PeerMessage, readPeerMessage, writePeerMessage } from '../../core/jute/quorum.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import type { Link } from '../bus/message-bus.ts';

const GREETING = new Uint8Array(0);

export interface PeerLinksListener {
  onMessage(from: PeerId, message: PeerMessage): void;
  onUp(peer: PeerId): void;
  onDown(peer: PeerId): void;
}

export class PeerLinks {
  readonly #listener: PeerLinksListener;
  readonly #links = new Map<PeerId, Link>();
  readonly #greeted = new Set<Link>();
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
      else this.#onGreeting(peer, link);
    });
    link.send(GREETING);
    link.flush();
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

  #onGreeting(peer: PeerId, link: Link): void {
    if (this.#links.get(peer) !== link || this.#greeted.has(link)) return;
    this.#greeted.add(link);
    this.#listener.onUp(peer);
  }

  #drop(peer: PeerId, link: Link | undefined): void {
    if (link === undefined || this.#links.get(peer) !== link) return;
    this.#links.delete(peer);
    link.close();
    if (this.#greeted.delete(link)) this.#listener.onDown(peer);
  }
}
