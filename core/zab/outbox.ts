/** The ordered effects of a step, with words for the two that every phase uses. */

import type { PeerId } from '../ids.ts';
import type { Notification, QuorumPacket } from '../jute/quorum.ts';
import type { PeerEffect, RoleReport } from './effects.ts';

export class Outbox {
  #effects: PeerEffect[] = [];

  push(effect: PeerEffect): void {
    this.#effects.push(effect);
  }

  notify(to: PeerId, message: Notification): void {
    this.#effects.push({ type: 'send', to, message });
  }

  send(to: PeerId, stream: number, packet: QuorumPacket): void {
    this.#effects.push({ type: 'send', to, message: { type: 'packet', stream, packet } });
  }

  report(role: RoleReport): void {
    this.#effects.push({ type: 'role', role });
  }

  take(): PeerEffect[] {
    const effects = this.#effects;
    if (effects.length > 0) this.#effects = [];
    return effects;
  }
}
