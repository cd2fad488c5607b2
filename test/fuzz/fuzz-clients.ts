/**
 * Our client and servers that answer garbage: mutated handshakes, replies and events, wrong xids, lengths beyond all
 * bounds. Nothing may throw, every call must be settled exactly once, with a value or an error of ours, and with the next
 * good server the client goes on.
 */
import { EnsembleError } from '../../core/errors.ts';
import { OPEN_ACL, writeAcl } from '../../core/jute/acl.ts';
import { writeConnectResponse } from '../../core/jute/connect.ts';
import { writeMultiEnd, writeMultiHeader } from '../../core/jute/multi.ts';
import { writeReplyHeader, writeWatchedEvent } from '../../core/jute/request.ts';
import { writeStat } from '../../core/jute/stat.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import { Client } from '../../runtime/client/client.ts';
import { Prng } from '../simulation/prng.ts';
import {
  makeStat,
  PASSWORD,
  ScriptedClock,
  type ScriptedConnection,
  ScriptedServers,
  SESSION_ID,
  settle,
} from '../support/scripted-servers.ts';
import type { FuzzOptions } from './fuzz-decoders.ts';
import { mutate, randomBytes } from './mutation.ts';

const NO_NODE = -101;
const ATTEMPTS_MAX = 20;
/** Above any pause between attempts, below any session timeout that is granted here. */
const PAUSE_MS = 1500;
const CLOSE_MS = 60_000;

type Write = (writer: JuteWriter) => void;

/** Bodies of right replies. */
const BODIES: readonly Write[] = [
  () => undefined,
  (writer) => writeStat(writer, makeStat()),
  (writer) => {
    writer.writeBuffer(Buffer.from('data'));
    writeStat(writer, makeStat());
  },
  (writer) => {
    writer.writeInt(2);
    writer.writeString('a');
    writer.writeString('b');
    writeStat(writer, makeStat());
  },
  (writer) => {
    writeAcl(writer, OPEN_ACL);
    writeStat(writer, makeStat());
  },
  (writer) => writer.writeString('/made'),
  (writer) => {
    writeMultiHeader(writer, 1, 0);
    writer.writeString('/made');
    writeMultiHeader(writer, -1, -101);
    writer.writeInt(-101);
    writeMultiEnd(writer);
  },
];
const EVENT = bytesOf((writer) => {
  writeReplyHeader(writer, -1, 7, 0);
  writeWatchedEvent(writer, { type: 3, state: 3, path: '/watched' });
});
const HANDSHAKE = bytesOf((writer) => {
  const granted = { protocolVersion: 0, timeoutMs: 30_000, sessionId: SESSION_ID };
  writeConnectResponse(writer, { ...granted, password: PASSWORD, readOnly: false });
});

/** @returns what went wrong in the first case that failed, or null */
export async function fuzzClients({ seed, cases }: FuzzOptions): Promise<string | null> {
  for (let done = 0, round = 0; done < cases; round++) {
    const hostility = new Hostility(seed + round);
    try {
      done += await hostility.run();
    } catch (error) {
      const what = error instanceof Error ? error.stack : String(error);
      return `seed ${seed + round}: ${what}\n${hostility.said.join('\n')}`;
    }
  }
  return null;
}

/** The life of one client: some hostile connections, then a good one. */
class Hostility {
  /** What the servers said, as hex. */
  readonly said: string[] = [];
  readonly #prng: Prng;
  readonly #servers = new ScriptedServers();
  readonly #clock = new ScriptedClock();
  readonly #client: Client;
  readonly #settled: number[] = [];
  readonly #wrong: unknown[] = [];
  /** Which request of the present connection is to be answered next. */
  #due = 0;

  constructor(seed: number) {
    this.#prng = new Prng(seed);
    this.#client = new Client('a,b', { clock: this.#clock, openTransport: this.#servers.openTransport });
  }

  /** @returns the number of frames said */
  async run(): Promise<number> {
    const prng = this.#prng;
    for (let count = prng.between(1, 4); count > 0 && this.#isUsable; count--) {
      const connection = this.#servers.last;
      connection.open();
      this.#due = 0;
      this.#say(connection, prng.chance(0.7) ? HANDSHAKE : mutate(prng, [HANDSHAKE]));
      this.#ask();
      await settle();
      for (let frames = prng.between(1, 12); frames > 0; frames--) this.#answer(connection);
      if (!connection.isClosed) connection.close();
      await this.#untilNextAttempt(connection);
    }
    if (this.#isUsable) await this.#goOn();
    const closed = this.#client.close();
    // Nobody answers any more: it waits for as long as it waits for a close.
    await this.#clock.advance(CLOSE_MS);
    await closed;
    await settle();
    if (this.#settled.some((count) => count !== 1)) throw new Error(`calls were settled ${this.#settled} times`);
    if (this.#wrong.length > 0) throw this.#wrong[0];
    return this.said.length;
  }

  get #isUsable(): boolean {
    return this.#client.state !== 'lost' && this.#client.state !== 'closed';
  }

  #ask(): void {
    const client = this.#client;
    const watch = (): void => undefined;
    this.#track(client.exists('/watched', { watch }));
    this.#track(client.getData('/watched', { watch }));
    this.#track(client.getChildren('/watched'));
    this.#track(client.getAcl('/watched'));
    this.#track(client.create('/made', 'x'));
    this.#track(client.delete('/made'));
    this.#track(client.multi([{ type: 'create', path: '/made' }]));
    this.#track(client.whoAmI());
    this.#track(client.addAuth('digest', 'user:password'));
  }

  #track(call: Promise<unknown>): void {
    const index = this.#settled.push(0) - 1;
    const note = (): void => {
      this.#settled[index] = (this.#settled[index] ?? 0) + 1;
    };
    call.then(note, (error: unknown) => {
      note();
      if (!(error instanceof EnsembleError)) this.#wrong.push(error);
    });
  }

  /** A frame that is nearly right, or not at all. */
  #answer(connection: ScriptedConnection): void {
    const prng = this.#prng;
    if (prng.chance(0.15)) return this.#say(connection, mutate(prng, [EVENT]));
    if (prng.chance(0.1)) return this.#push(connection, randomBytes(prng, prng.below(60)));
    const next = connection.received[this.#due++];
    const reply = bytesOf((writer) => {
      writeReplyHeader(
        writer,
        prng.chance(0.1) ? prng.next() | 0 : (next?.xid ?? 1),
        5,
        prng.pick([0, 0, 0, -101, -4, 77]),
      );
      prng.pick(BODIES)(writer);
    });
    this.#say(connection, prng.chance(0.4) ? reply : mutate(prng, [reply]));
  }

  #say(connection: ScriptedConnection, payload: Uint8Array): void {
    const length = Buffer.alloc(4);
    length.writeInt32BE(payload.length);
    this.#push(connection, Buffer.concat([length, payload]));
  }

  #push(connection: ScriptedConnection, bytes: Uint8Array): void {
    this.said.push(Buffer.from(bytes).toString('hex'));
    const half = this.#prng.below(bytes.length + 1);
    for (const part of [bytes.subarray(0, half), bytes.subarray(half)]) {
      if (part.length > 0 && !connection.isClosed) connection.raw(Uint8Array.from(part));
    }
  }

  async #untilNextAttempt(connection: ScriptedConnection): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX && this.#isUsable; attempt++) {
      if (this.#servers.last !== connection) return;
      await this.#clock.advance(PAUSE_MS);
    }
    if (this.#isUsable) throw new Error('the client does not connect again');
  }

  async #goOn(): Promise<void> {
    const connection = this.#servers.last;
    connection.accept();
    await settle();
    const before = connection.received.length;
    const call = this.#client.exists('/good');
    this.#track(call);
    await settle();
    if (!this.#isUsable) return;
    // What was primed and what waited is answered too, in its order.
    for (const { xid } of connection.received) {
      if (!connection.isClosed) connection.reply(xid, { error: xid === -4 || xid === -8 ? 0 : NO_NODE });
    }
    await settle();
    if (connection.received.length === before) throw new Error('nothing was sent to the good server');
    if ((await call) !== null) throw new Error('the good server was not understood');
  }
}

function bytesOf(write: Write): Uint8Array {
  const writer = new JuteWriter();
  write(writer);
  return writer.copy();
}
