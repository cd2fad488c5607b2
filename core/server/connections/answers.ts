/**
 * Gives the answers that need nobody but this replica: reads, syncs that have come back, requests that were refused here,
 * and what was found about identities. The client desk says when; here it is said what, and counted.
 */

import { zkCodeOf } from '../../errors.ts';
import { Fifo } from '../../fifo.ts';
import { OpCode } from '../../jute/op-code.ts';
import { JuteError, JuteReader } from '../../jute/reader.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import type { AuthVerdict } from '../access/auth-verdict.ts';
import { writeVerdict } from '../access/authentication.ts';
import { answerRead, isRead } from '../reads/reads.ts';
import type { ServerStatistics } from '../statistics.ts';
import type { Connection } from './connection.ts';
import type { PendingRequest } from './pending-request.ts';

const UNKNOWN_ZXID = -1;

export class Answers {
  readonly #bodyReader = new JuteReader();
  readonly #statistics: ServerStatistics;
  readonly #hangUp: (connection: Connection) => void;
  /** With a setWatches under way; some may have ended since. */
  readonly #catchingUp = new Fifo<Connection>();
  #tree: DataTree;

  constructor(tree: DataTree, statistics: ServerStatistics, hangUp: (connection: Connection) => void) {
    this.#tree = tree;
    this.#statistics = statistics;
    this.#hangUp = hangUp;
  }

  replaceTree(tree: DataTree): void {
    this.#tree = tree;
  }

  /** Answers whatever stands at the head of the queue and waits for nothing more. */
  giveDue(connection: Connection): void {
    while (connection.phase === 'established' && connection.catchUp === null) {
      const request = connection.pending.shiftDue();
      if (request === undefined) return;
      const { xid, error, errorZxid, verdict } = request;
      if (verdict !== null) this.#tellVerdict(connection, xid, verdict);
      else if (error !== 0) connection.reply(xid, errorZxid ?? this.#tree.lastProcessedZxid, error);
      else if (request.kind === 'sync') this.#giveSync(connection, request);
      else if (request.opCode === OpCode.closeSession) this.#giveEnd(connection, xid);
      else this.#giveLate(connection, request);
    }
  }

  /** The answer to a request that nothing stands before. */
  give(connection: Connection, xid: number, opCode: number, body: JuteReader, receivedMs: number): void {
    if (!isRead(opCode)) {
      // ZooKeeper's answer to an op that it does not know, zxid -1 included.
      connection.reply(xid, UNKNOWN_ZXID, zkCodeOf('UNIMPLEMENTED'));
      connection.fault = `operation ${opCode} is not known`;
      this.#hangUp(connection);
      return;
    }
    this.#statistics.onRead(connection.statistics, xid, this.#tree.lastProcessedZxid, opCode, receivedMs);
    const before = connection.output.length;
    try {
      answerRead(this.#tree, connection, xid, opCode, body);
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      connection.output.length = before;
      connection.reply(xid, this.#tree.lastProcessedZxid, zkCodeOf('MARSHALLING_ERROR'));
    }
    if (connection.catchUp !== null) this.#catchingUp.push(connection);
  }

  get isCatchingUp(): boolean {
    return this.#catchingUp.size > 0;
  }

  /** Another portion of one setWatches that is under way; they take turns. */
  advanceCatchUp(): void {
    const connection = this.#catchingUp.shift();
    const catchUp = connection?.catchUp ?? null;
    if (connection === undefined || catchUp === null) return;
    if (!catchUp.advance()) return this.#catchingUp.push(connection);
    connection.catchUp = null;
    this.giveDue(connection);
  }

  /** All that is left of a setWatches: something that was asked after it has come back already. */
  finishCatchUp(connection: Connection): void {
    while (connection.catchUp?.advance() === false);
    connection.catchUp = null;
  }

  /** To whom the client was when it asked: what it has proved since is for later requests. */
  #giveLate(connection: Connection, request: PendingRequest): void {
    const { identities } = connection;
    connection.identities = request.identities;
    this.give(connection, request.xid, request.opCode, this.#bodyOf(request), request.receivedMs);
    connection.identities = identities;
  }

  /** Of a session that no other replica knows. */
  #giveEnd(connection: Connection, xid: number): void {
    connection.reply(xid, this.#tree.lastProcessedZxid, 0);
    this.#hangUp(connection);
  }

  #giveSync(connection: Connection, request: PendingRequest): void {
    const { xid, opCode, receivedMs } = request;
    const { lastProcessedZxid } = this.#tree;
    this.#statistics.onUpdated(connection.statistics, xid, lastProcessedZxid, opCode, receivedMs);
    const path = this.#bodyOf(request).readString();
    const start = connection.beginFrame();
    connection.output.writeInt(xid);
    connection.output.writeLong(lastProcessedZxid);
    connection.output.writeInt(0);
    connection.output.writeString(path);
    connection.endFrame(start);
  }

  #tellVerdict(connection: Connection, xid: number, verdict: AuthVerdict): void {
    writeVerdict(connection, xid, verdict);
    if (verdict.fault === null) return;
    connection.fault = verdict.fault;
    this.#hangUp(connection);
  }

  #bodyOf({ bytes, start, end }: PendingRequest): JuteReader {
    return this.#bodyReader.reset(bytes, start, end);
  }
}
