/**
 * Replicas, links and clients in one thread and without a clock: the test moves time, holds back syncs and links, and
 * reads what each client was told. Everything between two calls happens in one fixed order, so a test never waits.
 */
import { type PeerId, toPeerId } from '../../core/ids.ts';
import { type PeerMessage, readPeerMessage, writePeerMessage } from '../../core/jute/quorum.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import type { Connection } from '../../core/server/connections/connection.ts';
import type { Clock, Replica, ReplicaOptions } from '../../core/server/replica.ts';
import { ZOOKEEPER_PASSWORDS } from '../../core/server/sessions/session-password.ts';
import { AUTH_DEFAULTS } from './auth-policy.ts';
import type { ConnectOptions } from './conversation.ts';
import { TestClient } from './test-client.ts';
import { TestMachine } from './test-machine.ts';

const TICK_MS = 50;
const STEPS_MAX = 100_000;

/** What a replica is told besides who is in the ensemble. */
export const REPLICA_DEFAULTS: Omit<ReplicaOptions, 'id' | 'voters' | 'observers'> = {
  heartbeatIntervalMs: 100,
  syncLimitMs: 1000,
  initLimitMs: 5000,
  finalizeWaitMs: 200,
  notificationMinMs: 200,
  notificationMaxMs: 60_000,
  commitLogCount: 500,
  commitLogBytes: 1 << 20,
  tickMs: 1000,
  minSessionTimeoutMs: 2000,
  maxSessionTimeoutMs: 20_000,
  sessionPasswords: ZOOKEEPER_PASSWORDS,
  auth: AUTH_DEFAULTS,
  snapCount: 100_000,
  snapSizeLimitBytes: 1 << 30,
  snapPhase: 0,
  electionHoldMs: 3000,
};

export interface WorldOptions extends Partial<typeof REPLICA_DEFAULTS> {
  readonly voters?: number;
  readonly observers?: number;
}

interface Pipe {
  readonly from: PeerId;
  readonly to: PeerId;
  readonly messages: Uint8Array[];
  isUp: boolean;
  isHeld: boolean;
}

export class World {
  readonly #machines = new Map<PeerId, TestMachine>();
  readonly #pipes: Pipe[] = [];
  readonly #clients = new Map<Connection, TestClient>();
  #nowMs = 5000;
  #wallMs = 1_700_000_000_000;

  /** Starts the replicas and lets them find a leader. Voters have the ids from 1 on, observers the ones after. */
  constructor({ voters = 1, observers = 0, ...options }: WorldOptions = {}) {
    const ids = Array.from({ length: voters + observers }, (_, index) => toPeerId(index + 1));
    for (const id of ids) {
      const own = { ...REPLICA_DEFAULTS, ...options, id, voters: ids.slice(0, voters), observers: ids.slice(voters) };
      this.#machines.set(
        id,
        new TestMachine(own, (from, to, message) => this.#pipe(from, to).messages.push(encode(message))),
      );
      for (const to of ids) if (to !== id) this.#pipes.push({ from: id, to, messages: [], isUp: false, isHeld: false });
    }
    for (const machine of this.#machines.values()) machine.boot(this.#clock);
    for (const pipe of this.#pipes) this.#raise(pipe);
    this.settle();
    this.advance(REPLICA_DEFAULTS.finalizeWaitMs);
  }

  /** The id of the active leader of the latest epoch. */
  get leader(): number {
    const leaders = [...this.#machines.values()].filter(
      ({ replica }) => replica?.role.active === true && replica.role.state === 'leading',
    );
    const [latest] = leaders.sort((a, b) => (b.running.role.epoch ?? 0) - (a.running.role.epoch ?? 0));
    if (latest === undefined) throw new Error('there is no leader');
    return latest.options.id;
  }

  /** The smallest id of an active follower. */
  get follower(): number {
    for (const { replica } of this.#machines.values()) {
      if (replica?.role.active === true && replica.role.state === 'following') return replica.id;
    }
    throw new Error('there is no follower');
  }

  machine(id: number): TestMachine {
    const machine = this.#machines.get(toPeerId(id));
    if (machine === undefined) throw new Error(`there is no replica ${id}`);
    return machine;
  }

  replica(id: number): Replica {
    return this.machine(id).running;
  }

  /** A client whose ConnectRequest has been sent to this replica; the world has settled since. */
  connect(id: number, options: ConnectOptions = {}): TestClient {
    const client = this.open(id).connect(options);
    this.settle();
    return client;
  }

  /** The same once its session is established, its greeting taken. */
  client(id: number, options: ConnectOptions = {}): TestClient {
    const client = this.connect(id, options);
    const greeting = client.take();
    if (!greeting.startsWith('connected')) throw new Error(`no session: ${greeting}`);
    return client;
  }

  /** A connection on which nothing was said. */
  open(id: number, address?: string, certificate?: Uint8Array): TestClient {
    const client = new TestClient(this.replica(id), address, certificate);
    this.#clients.set(client.connection, client);
    return client;
  }

  /** Another connection for a session. */
  reconnect(client: TestClient, id: number, options: ConnectOptions = {}): TestClient {
    const { session, password, lastZxidSeen } = client;
    return this.connect(id, { session, password, lastZxidSeen, ...options });
  }

  /** Runs until nothing moves: effects, syncs, links that are not held, clients. */
  settle(): void {
    for (let step = 0; step < STEPS_MAX; step++) {
      let moved = false;
      for (const machine of this.#machines.values()) moved = machine.perform() || moved;
      for (const pipe of this.#pipes) moved = this.#deliver(pipe) || moved;
      this.#collect();
      if (!moved) return;
    }
    throw new Error('the world does not come to rest');
  }

  /** Time passes in small ticks; after each the world settles. */
  advance(ms: number): void {
    for (let passed = 0; passed < ms; passed += TICK_MS) {
      this.#nowMs += TICK_MS;
      this.#wallMs += TICK_MS;
      for (const { replica } of this.#machines.values()) replica?.onTick(this.#clock);
      this.settle();
    }
  }

  /** The machine stands still for so long. What clients say meanwhile waits until the first tick is over. */
  standStill(ms: number): void {
    this.#nowMs += ms - TICK_MS;
    this.#wallMs += ms - TICK_MS;
    this.advance(TICK_MS);
  }

  /** From now on nothing arrives over this direction, and nothing is lost. */
  hold(from: number, to: number): void {
    this.#pipe(toPeerId(from), toPeerId(to)).isHeld = true;
  }

  release(from: number, to: number): void {
    this.#pipe(toPeerId(from), toPeerId(to)).isHeld = false;
    this.settle();
  }

  /** Cuts the link between two replicas. Each side is told, in the order of the arguments; what was under way is lost. */
  cut(a: number, b: number): void {
    for (const [at, peer] of [
      [a, b],
      [b, a],
    ] as const) {
      const pipe = this.#pipe(toPeerId(peer), toPeerId(at));
      if (!pipe.isUp) continue;
      pipe.isUp = false;
      pipe.messages.length = 0;
      this.machine(at).replica?.onLinkDown(toPeerId(peer));
    }
    this.settle();
  }

  mend(a: number, b: number): void {
    this.#raise(this.#pipe(toPeerId(a), toPeerId(b)));
    this.#raise(this.#pipe(toPeerId(b), toPeerId(a)));
    this.settle();
  }

  /** Cuts this replica off from all others. */
  isolate(id: number): void {
    for (const other of this.#others(id)) this.cut(id, other);
  }

  /** The thread ends: its links, its clients' connections and whatever was not synced are gone. */
  kill(id: number): void {
    for (const [connection, client] of this.#clients) if (this.#isOn(client, id)) this.#clients.delete(connection);
    this.machine(id).crash();
    for (const other of this.#others(id)) {
      this.#silence(toPeerId(id), toPeerId(other));
      this.machine(other).replica?.onLinkDown(toPeerId(id));
    }
    this.settle();
  }

  start(id: number): void {
    this.startAlone(id);
    for (const other of this.#others(id)) if (this.machine(other).replica !== null) this.mend(id, other);
    this.settle();
  }

  /** Without any link until `mend`. */
  startAlone(id: number): void {
    this.machine(id).boot(this.#clock);
    this.settle();
  }

  get #clock(): Clock {
    return { nowMs: this.#nowMs, wallMs: this.#wallMs };
  }

  #isOn(client: TestClient, id: number): boolean {
    return client.replica === this.machine(id).replica;
  }

  #others(id: number): number[] {
    return [...this.#machines.keys()].filter((other) => other !== id);
  }

  #pipe(from: PeerId, to: PeerId): Pipe {
    const pipe = this.#pipes.find((candidate) => candidate.from === from && candidate.to === to);
    if (pipe === undefined) throw new Error(`there is no link from ${from} to ${to}`);
    return pipe;
  }

  #silence(a: PeerId, b: PeerId): void {
    for (const pipe of [this.#pipe(a, b), this.#pipe(b, a)]) {
      pipe.isUp = false;
      pipe.messages.length = 0;
    }
  }

  #raise(pipe: Pipe): void {
    if (pipe.isUp) return;
    pipe.isUp = true;
    pipe.messages.length = 0;
    this.machine(pipe.to).replica?.onLinkUp(pipe.from);
  }

  #deliver(pipe: Pipe): boolean {
    const { replica } = this.machine(pipe.to);
    if (pipe.isHeld || pipe.messages.length === 0) return false;
    const messages = pipe.messages.splice(0);
    if (pipe.isUp && replica !== null) {
      for (const bytes of messages) replica.onPeerMessage(pipe.from, readPeerMessage(new JuteReader(bytes)));
    }
    return true;
  }

  #collect(): void {
    for (const { replica } of this.#machines.values()) {
      for (const connection of replica?.takeDirty() ?? []) this.#clients.get(connection)?.collect();
    }
  }
}

function encode(message: PeerMessage): Uint8Array {
  const writer = new JuteWriter();
  writePeerMessage(writer, message);
  return writer.copy();
}
