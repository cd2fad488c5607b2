/**
 * Plays a sequence against one side, a server or an ensemble over whose servers the sessions are spread, and writes down
 * what each session was told.
 *
 * One session speaks at a time, so that the order of all requests is given. It sends a sync ahead of its own requests:
 * whatever the others set off before, on whichever server, has arrived ahead of the sync's answer. So no time is spent on
 * waiting for events, and their place among the replies is compared too.
 */
import { type SessionId, sessionIdEquals } from '../../../core/ids.ts';
import { type Action, isSentAlone, isSentLast, LAST_SEEN, type Operation, type Request } from './operation.ts';
import { removeTree } from './remove-tree.ts';
import type { WireNotation } from './wire.ts';
import { WireSession } from './wire-session.ts';

export const SESSION_COUNT = 3;
export const SESSION_TIMEOUT_MS = 40_000;

export interface Side {
  readonly name: string;
  /** Session i connects to server i, and from the first again when there are fewer. */
  readonly ports: readonly number[];
  /** Whether it gives a zxid of its own to a request that it cannot decode, where the other side does not. */
  skipsZxidFor(request: Request): boolean;
  /** Whether a session that moves to another server takes a zxid (SPEC.md D15). */
  readonly logsMoves: boolean;
}

type Reattach = Extract<Operation, { readonly op: 'reattach' }>;

/** What one session was told up to and with its part in the action at `index`. */
export interface Block {
  readonly index: number;
  readonly session: number;
  readonly lines: readonly string[];
}

/** @param root  does not exist yet; what was made below it is removed afterwards */
export async function play(side: Side, root: string, actions: readonly Action[]): Promise<Block[]> {
  const player = new Player(side);
  try {
    await player.begin(root);
    const blocks: Block[] = [];
    for (const { index, burst } of burstsOf(actions)) {
      const session = actions[index]?.session ?? 0;
      const isEnd = burst[0]?.op === 'close';
      if (isEnd) blocks.push(...(await player.catchUp(index)));
      blocks.push({ index, session, lines: await player.perform(session, burst) });
      // The ephemerals of a session go in no promised order.
      if (isEnd) blocks.push(...(await player.catchUp(index)).map(sorted));
    }
    blocks.push(...(await player.catchUp(actions.length - 1)));
    await player.clean(root);
    return blocks;
  } finally {
    await player.end();
  }
}

/** Runs of actions that go out in one write. */
function burstsOf(actions: readonly Action[]): { index: number; burst: Operation[] }[] {
  const bursts: { index: number; burst: Operation[] }[] = [];
  for (const [index, { session, isJoined, operation }] of actions.entries()) {
    const last = bursts.at(-1);
    const previous = actions[index - 1];
    const continues = isJoined && previous?.session === session && last !== undefined;
    if (continues && !isSentLast(previous.operation) && ![previous.operation, operation].some(isSentAlone)) {
      last.index = index;
      last.burst.push(operation);
    } else bursts.push({ index, burst: [operation] });
  }
  return bursts;
}

function sorted({ lines, ...block }: Block): Block {
  return { ...block, lines: lines.toSorted() };
}

class Player {
  readonly #side: Side;
  readonly #sessions: WireSession[];
  readonly #ended: { readonly name: string; readonly id: SessionId }[] = [];
  readonly #skipped: number[] = [];
  #baseZxid = 0;

  constructor(side: Side) {
    this.#side = side;
    this.#sessions = Array.from(
      { length: SESSION_COUNT },
      (_, index) => new WireSession({ ports: side.ports, index, notation: this.#notation }),
    );
  }

  /** From here on zxids are told as their distance from the one that all sessions have reached. */
  async begin(root: string): Promise<void> {
    for (const session of this.#sessions) await session.begin(SESSION_TIMEOUT_MS);
    const open = [{ perms: 31, scheme: 'world', id: 'anyone' }];
    // A child that no request names keeps the root from being deleted.
    const made = [root, `${root}/keep`].map((path): Request => ({ op: 'create', path, data: '', acl: open, flags: 0 }));
    await this.#at(0).ask(made);
    for (const session of this.#sessions) {
      await session.ask([]);
      session.take();
    }
    this.#baseZxid = this.#at(0).lastZxidSeen;
  }

  async perform(index: number, burst: readonly Operation[]): Promise<string[]> {
    const session = this.#at(index);
    const [first] = burst;
    if (first?.op === 'close') {
      this.#ended.push({ name: session.name, id: session.id });
      await session.replace(SESSION_TIMEOUT_MS);
    } else if (first?.op === 'reattach') await this.#reattach(session, first);
    else await this.#ask(session, burst);
    const lines = session.take();
    return first?.op === 'close' ? lines.sort() : lines;
  }

  /** What each session was told until now. */
  async catchUp(index: number): Promise<Block[]> {
    const blocks: Block[] = [];
    for (let session = 0; session < SESSION_COUNT; session++) {
      blocks.push({ index, session, lines: await this.perform(session, []) });
    }
    return blocks;
  }

  async clean(root: string): Promise<void> {
    await removeTree(this.#at(0), root);
  }

  async end(): Promise<void> {
    for (const session of this.#sessions) await session.end();
  }

  async #reattach(session: WireSession, { how, timeoutMs }: Reattach): Promise<void> {
    await session.reattach(how, timeoutMs);
    if (how !== 'moved' || !this.#side.logsMoves) return;
    const before = session.lastZxidSeen;
    await session.catchUpSilently();
    for (let zxid = before + 1; zxid <= session.lastZxidSeen; zxid++) this.#skipped.push(zxid);
  }

  async #ask(session: WireSession, burst: readonly Operation[]): Promise<void> {
    const requests = burst.flatMap((operation) => {
      if (operation.op === 'close' || operation.op === 'reattach') return [];
      return this.#concrete(operation, session);
    });
    const [first] = requests;
    if (first !== undefined && isSentAlone(first)) await session.askAlone(first);
    else await session.ask(requests);
  }

  #concrete(request: Request, session: WireSession): Request {
    const isSetWatches = request.op === 'setWatches' || request.op === 'setWatches2';
    return isSetWatches && request.since === LAST_SEEN ? { ...request, since: session.lastZxidSeen } : request;
  }

  #at(index: number): WireSession {
    const session = this.#sessions[index];
    if (session === undefined) throw new RangeError(`there is no session ${index}`);
    return session;
  }

  get #notation(): WireNotation {
    return {
      zxid: (zxid) => {
        if (zxid <= 0) return String(zxid);
        const distance = zxid - this.#baseZxid - this.#skipped.filter((each) => each <= zxid).length;
        return distance > 0 ? `+${distance}` : 'before';
      },
      session: (id) => {
        const present = this.#sessions.find((session) => sessionIdEquals(session.id, id));
        return (present ?? this.#ended.find((session) => sessionIdEquals(session.id, id)))?.name ?? 'a stranger';
      },
      undecodable: (request, zxid) => {
        if (this.#side.skipsZxidFor(request) && !this.#skipped.includes(zxid)) this.#skipped.push(zxid);
      },
    };
  }
}
