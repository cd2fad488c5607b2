/**
 * Plays a sequence against a server, or an ensemble over whose servers the sessions are spread, and writes down what each
 * session was told, step by step. After each step every session syncs: what the step set off at other connections, on
 * whichever server, has arrived before the answer.
 */
import { sessionIdEquals } from '../../../core/ids.ts';
import type { Notation, Request } from '../../support/requests.ts';
import { blurred } from './known-differences.ts';
import { RawSession } from './raw-session.ts';
import { LAST_SEEN, SESSION_COUNT, type Step } from './sequence.ts';

/** Lines by step and session. */
export type Transcript = readonly (readonly (readonly string[])[])[];

/** @param ports  session i connects to the server i, and from the first again when there are fewer */
export async function play(ports: readonly number[], steps: readonly Step[]): Promise<Transcript> {
  const player = await Player.start(ports);
  try {
    const transcript: string[][][] = [];
    for (const step of steps) transcript.push(await player.play(step));
    return transcript;
  } finally {
    await player.end();
  }
}

class Player {
  readonly #ports: readonly number[];
  readonly #sessions: RawSession[] = [];
  readonly #ended: { readonly name: string; readonly id: RawSession['id'] }[] = [];
  readonly #lives = Array.from({ length: SESSION_COUNT }, () => 1);
  #baseZxid = 0;

  private constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  static async start(ports: readonly number[]): Promise<Player> {
    const player = new Player(ports);
    for (let index = 0; index < SESSION_COUNT; index++) player.#sessions.push(await player.#open(index));
    await player.#catchUp();
    // From here on zxids are told as their distance from this one.
    player.#baseZxid = player.#at(0).lastZxidSeen;
    return player;
  }

  async play(step: Step): Promise<string[][]> {
    const session = this.#at(step.session);
    switch (step.type) {
      case 'ask':
        await session.ask(step.requests.map((request) => this.#concrete(request, session)));
        break;
      case 'askUnknown':
        await session.ask([{ op: 'raw', opCode: step.opCode, body: new Uint8Array(0) }]);
        await session.untilClosed();
        break;
      case 'close':
        this.#ended.push({ name: this.#nameOf(step.session), id: session.id });
        await session.ask([{ op: 'closeSession' }]);
        await session.untilClosed();
        // Whoever asks for it again is refused.
        await session.connect();
        await session.untilClosed();
        break;
      case 'reattach':
        await session.connect();
        break;
    }
    await this.#settle(step);
    const lines = this.#sessions.map((each) => each.take().map(blurred));
    if (step.type === 'close') await this.#replace(step.session);
    // Ephemerals go in no promised order.
    return step.type === 'close' ? lines.map((own) => own.sort()) : lines;
  }

  async end(): Promise<void> {
    for (const session of this.#sessions) if (session.isOpen) await session.ask([{ op: 'closeSession' }]);
    for (const session of this.#sessions) await session.destroy();
  }

  async #settle({ type, session: asking }: Step): Promise<void> {
    for (const [index, session] of this.#sessions.entries()) {
      // Hung up on after an unknown op: the session goes on over the next connection.
      if (!session.isOpen && type !== 'close') await session.connect();
      if (index !== asking) await session.ask([{ op: 'sync', path: '/' }]);
    }
  }

  async #replace(index: number): Promise<void> {
    this.#lives[index] = (this.#lives[index] ?? 0) + 1;
    this.#sessions[index] = await this.#open(index);
    await this.#catchUp();
  }

  /** Lets every server show what happened; what is told meanwhile is of no interest. */
  async #catchUp(): Promise<void> {
    for (const session of this.#sessions) {
      await session.ask([{ op: 'sync', path: '/' }]);
      session.take();
    }
  }

  async #open(index: number): Promise<RawSession> {
    const session = new RawSession(this.#ports[index % this.#ports.length] ?? 0, this.#notation);
    await session.connect();
    return session;
  }

  #concrete(request: Request, session: RawSession): Request {
    return request.op === 'setWatches' && request.since === LAST_SEEN
      ? { ...request, since: session.lastZxidSeen }
      : request;
  }

  #at(index: number): RawSession {
    const session = this.#sessions[index];
    if (session === undefined) throw new RangeError(`there is no session ${index}`);
    return session;
  }

  #nameOf(index: number): string {
    return `session ${index}${"'".repeat((this.#lives[index] ?? 1) - 1)}`;
  }

  readonly #notation: Notation = {
    zxid: (zxid) => {
      if (zxid <= 0) return String(zxid);
      return zxid > this.#baseZxid ? `+${zxid - this.#baseZxid}` : 'before';
    },
    session: (id) => {
      const index = this.#sessions.findIndex((session) => sessionIdEquals(session.id, id));
      if (index >= 0) return this.#nameOf(index);
      return this.#ended.find((session) => sessionIdEquals(session.id, id))?.name ?? 'a stranger';
    },
  };
}
