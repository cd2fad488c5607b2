/**
 * The identities of a session (addauth). A server knows them per connection, so each new connection hears them again,
 * before anything else. They are sent with an xid of their own and answered in the order in which they were sent, but
 * possibly ahead of other replies (facts 2.4, 2.5): so they do not queue with the requests.
 */

import { EnsembleError } from '../../core/errors.ts';
import { writeAuthPacket } from '../../core/jute/auth.ts';
import { OpCode, SpecialXid } from '../../core/jute/op-code.ts';
import type { JuteWriter } from '../../core/jute/writer.ts';
import { writeFrame } from './frame-writer.ts';

export interface Credential {
  /** `digest` (auth is `user:password`), or another scheme that the servers know. */
  readonly scheme: string;
  readonly auth: Uint8Array;
}

interface Known extends Credential {
  /** The caller of addAuth, until the first answer. */
  settlement: { resolve(): void; reject(error: unknown): void } | null;
}

export class Credentials {
  #known: Known[];
  /** Those sent on this connection and not answered, in order. */
  #unanswered: Known[] = [];

  constructor(initial: readonly Credential[]) {
    this.#known = initial.map(({ scheme, auth }) => ({ scheme, auth, settlement: null }));
  }

  /** Remembers a credential and writes its frame; without a connection the next `writeAll` does. */
  add(credential: Credential, settlement: NonNullable<Known['settlement']>, writer: JuteWriter | null): void {
    const known: Known = { ...credential, settlement };
    this.#known.push(known);
    if (writer !== null) this.#write(writer, known);
  }

  /** Writes all frames for a new connection. */
  writeAll(writer: JuteWriter): void {
    for (const known of this.#known) this.#write(writer, known);
  }

  /** A refused credential is forgotten: sent again, it would end every later connection as well. */
  onReply(error: number): void {
    const known = this.#unanswered.shift();
    if (known === undefined) return;
    const { settlement } = known;
    known.settlement = null;
    if (error === 0) {
      settlement?.resolve();
      return;
    }
    this.#known = this.#known.filter((other) => other !== known);
    settlement?.reject(new EnsembleError('AUTH_FAILED', null, `scheme ${known.scheme}`));
  }

  onDown(): void {
    this.#unanswered = [];
  }

  onEnd(detail: string | null): void {
    for (const known of this.#known) {
      known.settlement?.reject(new EnsembleError('SESSION_EXPIRED', null, detail));
      known.settlement = null;
    }
  }

  #write(writer: JuteWriter, known: Known): void {
    writeFrame(writer, { xid: SpecialXid.auth, op: OpCode.auth, writeBody: writeAuthPacket, body: known });
    this.#unanswered.push(known);
  }
}
