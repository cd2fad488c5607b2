/**
 * Proves a user to a new connection by SASL DIGEST-MD5, before anything else is said on it (zookeeper-facts 7.4).
 *
 *     empty token ──▶ challenge ──▶ response ──▶ the server's proof
 */

import { DigestMd5Client } from '../../core/auth/digest-md5-client.ts';
import { SaslError } from '../../core/auth/sasl-directives.ts';
import { OpCode } from '../../core/jute/op-code.ts';
import type { JuteReader } from '../../core/jute/reader.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import { hash, randomBytes } from '../security/hash.ts';
import { writeFrame } from './frame-writer.ts';

export interface SaslCredentials {
  readonly user: string;
  readonly password: string;
}

/** As other clients number the first requests of a connection; nothing else is under way. */
const XID = 1;
const NOTHING = new Uint8Array(0);

export class SaslLogin {
  readonly #side: DigestMd5Client;

  constructor(credentials: SaslCredentials) {
    this.#side = new DigestMd5Client({ ...credentials, hash, randomBytes });
  }

  /** The first frame. */
  begin(): Uint8Array {
    return frameOf(NOTHING);
  }

  /**
   * @param reader  at the body of an answer
   * @returns the next frame; null when both sides know each other
   * @throws SaslError when the server refuses, or cannot prove that it knows the password
   */
  onReply(error: number, reader: JuteReader): Uint8Array | null {
    if (error !== 0) throw new SaslError('the server has refused the user or the password');
    const token = reader.readBuffer();
    if (token === null) throw new SaslError('the server knows no SASL');
    const answer = this.#side.answer(token);
    return answer === null ? null : frameOf(answer);
  }
}

function frameOf(token: Uint8Array): Uint8Array {
  const writer = new JuteWriter();
  const writeBody = (body: JuteWriter): void => body.writeBuffer(token);
  writeFrame(writer, { xid: XID, op: OpCode.sasl, writeBody, body: null });
  return writer.copy();
}
