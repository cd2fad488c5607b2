/** The way to the leader for a follower or observer: everything goes out as a packet (LearnerZooKeeperServer). */

import type { SessionId } from '../ids.ts';
import { OpCode } from '../jute/op-code.ts';
import type { QuorumPacket } from '../jute/quorum.ts';
import type { Peer } from '../zab/peer.ts';
import type { Connection } from './connections/connection.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';

const NO_BODY = new Uint8Array(0);

export class LearnerDesk implements Upstream {
  readonly isReadOnly = false;
  readonly #peer: Peer;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  submit(request: UpstreamRequest): void {
    this.#send({ type: 'request', ...request });
  }

  sync(session: SessionId, cxid: number): void {
    this.#send({ type: 'request', session, cxid, opCode: OpCode.sync, body: NO_BODY, identities: [] });
  }

  revalidate(session: SessionId, timeoutMs: number): void {
    this.#send({ type: 'revalidate', session, timeoutMs });
  }

  touch(connections: readonly Connection[]): void {
    const sessions = connections.map(({ session, timeoutMs }) => ({ session, timeoutMs }));
    this.#send({ type: 'ping', zxid: this.#peer.lastLogged, sessions });
  }

  #send(packet: QuorumPacket): void {
    this.#peer.step({ type: 'sendToLeader', packet });
  }
}
