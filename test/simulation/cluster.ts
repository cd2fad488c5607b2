/**
 * An ensemble in virtual time: peers as threads (an inbox, turns, ticks), their disks, the links between them, and the
 * checkers that watch every step. Faults and workloads act on it through its methods; it decides nothing by itself.
 */

import { InvariantViolation, invariant } from '../../core/assert.ts';
import type { PeerId } from '../../core/ids.ts';
import { readPeerMessage } from '../../core/jute/quorum.ts';
import { JuteReader } from '../../core/jute/reader.ts';
import { describeEffect, describeInput } from '../../core/zab/describe.ts';
import type { PeerEffect } from '../../core/zab/effects.ts';
import type { LogEntry } from '../../core/zab/peer.ts';
import { toEpoch } from '../../core/zxid.ts';
import type { Checker, Ensemble } from './checkers/checker.ts';
import { Disk } from './disk.ts';
import { Crash, type Host, type HostEnvironment, type HostFactory, type HostInput } from './host.ts';
import { Marks } from './marks.ts';
import { Network } from './network.ts';
import type { Prng } from './prng.ts';
import { Scheduler } from './scheduler.ts';
import { Transcript } from './transcript.ts';
import type { World } from './world.ts';

/** More than any run needs: reached, peers answer each other without end. */
const ACTIONS_MAX = 1_500_000;
/** Twice what peers say to elect a leader when all of them thaw at once. */
const NOTIFICATIONS_MAX = 400;
const NOTIFICATION_WINDOW_US = 20_000;
/** The first byte of an encoded notification. */
const NOTIFICATION_KIND = 0;

export type CrashPoint = { readonly afterEffects: number } | { readonly after: PeerEffect['type'] };

interface Slot {
  readonly id: PeerId;
  readonly disk: Disk;
  host: Host | null;
  /** Lives so far; what belongs to an earlier one is dropped. */
  life: number;
  isFrozen: boolean;
  isTurnDue: boolean;
  inbox: HostInput[];
  crashPoint: CrashPoint | null;
  effectsInTurn: number;
}

export class Cluster implements Ensemble {
  readonly world: World;
  readonly scheduler = new Scheduler();
  readonly transcript: Transcript;
  readonly marks = new Marks();
  readonly voters: readonly PeerId[];
  readonly everybody: readonly PeerId[];
  readonly initial: readonly LogEntry[];
  readonly disks = new Map<PeerId, Disk>();
  readonly hosts = new Map<PeerId, Host>();
  readonly network: Network;
  readonly #createHost: HostFactory;
  readonly #prng: Prng;
  readonly #slots = new Map<PeerId, Slot>();
  /** Pairs that may not be linked at present, by `pairKey`, and how many faults hold each apart. */
  readonly #cuts = new Map<number, number>();
  #checkers: readonly Checker[] = [];
  #notificationCount = 0;
  #notificationWindow = 0;

  constructor(world: World, prng: Prng, createHost: HostFactory, traced: 'traced' | 'untraced') {
    this.world = world;
    this.#prng = prng;
    this.#createHost = createHost;
    this.transcript = new Transcript(traced === 'traced', () => this.scheduler.nowUs);
    this.voters = world.voters;
    this.everybody = [...world.voters, ...world.observers];
    const { initialZxid } = world;
    this.initial = initialZxid === null ? [] : [{ zxid: initialZxid, entry: Buffer.from('initial') }];
    this.network = new Network(this.scheduler, prng.fork(), world.network, (to, item) => this.enqueue(to, item));
    for (const id of this.everybody) this.#slots.set(id, this.#createSlot(id));
  }

  /** Checkers are made after the cluster, because they look at it. */
  watch(checkers: readonly Checker[]): void {
    this.#checkers = checkers;
  }

  get running(): readonly Host[] {
    return [...this.hosts.values()];
  }

  hostOf(id: PeerId): Host | null {
    return this.#slot(id).host;
  }

  isFrozen(id: PeerId): boolean {
    return this.#slot(id).isFrozen;
  }

  start(id: PeerId): void {
    const slot = this.#slot(id);
    if (slot.host !== null) return;
    this.transcript.write(`${id}`, () => `--- starts, log ends at ${slot.disk.lastZxid}`);
    slot.life++;
    slot.isFrozen = false;
    slot.inbox = [];
    slot.isTurnDue = false;
    const host = this.#createHost(this.#environmentOf(slot), id);
    slot.host = host;
    this.hosts.set(id, host);
    for (const checker of this.#checkers) checker.onStart(host);
    for (const other of this.everybody) if (other !== id) this.#linkIfPossible(id, other);
    this.#scheduleTick(slot);
    this.#run(slot, (started) => started.perform());
  }

  crash(id: PeerId): void {
    const slot = this.#slot(id);
    const { host } = slot;
    if (host === null) return;
    slot.life++;
    slot.host = null;
    slot.crashPoint = null;
    slot.inbox = [];
    this.hosts.delete(id);
    const { lostCount, isTorn, lostCut, lostInstallation } = slot.disk.crash();
    this.transcript.write(`${id}`, () => `--- crashes, ${lostCount} records lost${isTorn ? ', one torn' : ''}`);
    if (lostCount > 0) this.marks.hit('records lost in a crash');
    if (isTorn) this.marks.hit('torn record cut by recovery');
    if (lostCut) this.marks.hit('cut lost in a crash');
    if (lostInstallation) this.marks.hit('snapshot lost in a crash while it was installed');
    for (const other of this.everybody) {
      if (other !== id) this.network.disconnect(id, other, this.#prng.chance(0.5) ? 'lost' : 'delivered');
    }
    for (const checker of this.#checkers) checker.onDeath(host);
  }

  /** The peer will crash by itself when it reaches this point, and start again after a while. */
  armCrash(id: PeerId, point: CrashPoint): void {
    this.#slot(id).crashPoint = point;
  }

  disarm(id: PeerId): void {
    this.#slot(id).crashPoint = null;
  }

  freeze(id: PeerId): void {
    const slot = this.#slot(id);
    if (slot.host?.view.active) this.marks.hit('peer frozen while active');
    this.transcript.write(`${id}`, () => '--- freezes');
    slot.isFrozen = true;
  }

  thaw(id: PeerId): void {
    const slot = this.#slot(id);
    if (!slot.isFrozen) return;
    this.transcript.write(`${id}`, () => '--- thaws');
    slot.isFrozen = false;
    if (slot.inbox.length > 0) this.#scheduleTurn(slot);
  }

  cut(a: PeerId, b: PeerId): void {
    const key = pairKey(a, b);
    this.#cuts.set(key, (this.#cuts.get(key) ?? 0) + 1);
    this.transcript.write('net', () => `--- cuts ${a} from ${b}`);
    this.network.disconnect(a, b, this.#prng.chance(0.7) ? 'lost' : 'delivered');
  }

  mend(a: PeerId, b: PeerId): void {
    const key = pairKey(a, b);
    const count = this.#cuts.get(key) ?? 0;
    if (count > 1) this.#cuts.set(key, count - 1);
    else this.#cuts.delete(key);
    this.transcript.write('net', () => `--- mends ${a} and ${b}`);
    this.#linkIfPossible(a, b);
  }

  enqueue(id: PeerId, input: HostInput): void {
    const slot = this.#slot(id);
    if (slot.host === null) return;
    slot.inbox.push(input);
    this.#scheduleTurn(slot);
  }

  runFor(milliseconds: number): void {
    this.scheduler.runUntil(this.scheduler.nowUs + milliseconds * 1000);
    invariant(this.scheduler.ranCount < ACTIONS_MAX, 'I25: peers fall silent when there is nothing to say', {
      actions: this.scheduler.ranCount,
      nowMs: this.scheduler.nowMs,
    });
  }

  #createSlot(id: PeerId): Slot {
    const disk = new Disk(this.scheduler, this.#prng.fork(), this.world.disk);
    this.disks.set(id, disk);
    if (this.initial.length > 0 && this.voters.includes(id) && id !== this.world.lateJoiner) {
      disk.history = [...this.initial];
      disk.snapshot(1);
      disk.acceptedEpoch = toEpoch(1);
      disk.currentEpoch = toEpoch(1);
    }
    return {
      id,
      disk,
      host: null,
      life: 0,
      isFrozen: false,
      isTurnDue: false,
      inbox: [],
      crashPoint: null,
      effectsInTurn: 0,
    };
  }

  #linkIfPossible(a: PeerId, b: PeerId): void {
    if (this.hosts.has(a) && this.hosts.has(b) && !this.#cuts.has(pairKey(a, b))) this.network.connect(a, b);
  }

  // A thread has one timer: while it is frozen, ticks do not pile up.
  #scheduleTick(slot: Slot): void {
    const { life } = slot;
    this.scheduler.after(this.world.tickUs + this.#prng.below(1000), () => {
      if (life !== slot.life) return;
      const hasTick = slot.inbox.some(({ type }) => type === 'tick');
      if (!hasTick) this.enqueue(slot.id, { type: 'tick', nowMs: this.scheduler.nowMs });
      this.#scheduleTick(slot);
    });
  }

  #scheduleTurn(slot: Slot): void {
    if (slot.isFrozen || slot.isTurnDue) return;
    slot.isTurnDue = true;
    const { life } = slot;
    const [low, high] = this.world.turnUs;
    this.scheduler.after(this.#prng.skewed(low, high), () => {
      if (life !== slot.life) return;
      slot.isTurnDue = false;
      if (!slot.isFrozen) this.#takeTurn(slot);
    });
  }

  #takeTurn(slot: Slot): void {
    const inputs = slot.inbox;
    slot.inbox = [];
    slot.effectsInTurn = 0;
    this.#run(slot, (host) => {
      for (const input of inputs) {
        // The clock is read when a turn begins, however long the tick has waited.
        host.receive(input.type === 'tick' ? { type: 'tick', nowMs: this.scheduler.nowMs } : input);
        if (!this.world.performsInBatches) host.perform();
      }
      host.perform();
    });
  }

  #run(slot: Slot, work: (host: Host) => void): void {
    if (slot.host === null) return;
    try {
      work(slot.host);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.crash(slot.id);
      this.scheduler.after(this.#prng.skewed(0, 300_000), () => this.start(slot.id));
    }
  }

  #environmentOf(slot: Slot): HostEnvironment {
    const { id, disk, life } = slot;
    return {
      disk,
      nowMs: this.scheduler.nowMs,
      send: (to, bytes) => {
        if (bytes[0] === NOTIFICATION_KIND) this.#countNotification();
        this.network.send(id, to, bytes);
      },
      enqueue: (input) => {
        if (life === slot.life) this.enqueue(id, input);
      },
      onInput: (host, input) => {
        this.transcript.write(`${id}`, () => `> ${describeHostInput(input)}`);
        for (const checker of this.#checkers) checker.onInput(host, input);
      },
      onStep: (host) => {
        for (const checker of this.#checkers) checker.onStep(host);
      },
      beforeEffect: (host, effect) => {
        this.#crashIfDue(slot, effect, 'before');
        this.transcript.write(`${id}`, () => `  ${describeEffect(effect)}`);
        for (const checker of this.#checkers) checker.beforeEffect(host, effect);
      },
      afterEffect: (host, effect) => {
        for (const checker of this.#checkers) checker.afterEffect(host, effect);
        this.#crashIfDue(slot, effect, 'after');
      },
      onProposed: (host, entry) => {
        for (const checker of this.#checkers) checker.onProposed(host, entry);
      },
      onProbeAnswered: (host, token) => {
        for (const checker of this.#checkers) checker.onProbeAnswered(host, token);
      },
      onProbeReturned: (host, token) => {
        for (const checker of this.#checkers) checker.onProbeReturned(host, token);
      },
      chunkCount: () => this.#prng.between(1, 4),
    };
  }

  #countNotification(): void {
    const window = Math.floor(this.scheduler.nowUs / NOTIFICATION_WINDOW_US);
    if (window !== this.#notificationWindow) this.#notificationCount = 0;
    this.#notificationWindow = window;
    this.#notificationCount++;
    if (this.#notificationCount <= NOTIFICATIONS_MAX) return;
    throw new InvariantViolation('I25: peers do not answer answers', { nowMs: this.scheduler.nowMs });
  }

  #crashIfDue(slot: Slot, effect: PeerEffect, when: 'before' | 'after'): void {
    const point = slot.crashPoint;
    if (point === null) return;
    if ('after' in point) {
      if (when === 'before' || effect.type !== point.after) return;
      if (effect.type === 'saveAcceptedEpoch') this.marks.hit('crash right after accepting an epoch');
      if (effect.type === 'saveCurrentEpoch') this.marks.hit('crash right after entering an epoch');
      throw new Crash();
    }
    if (when === 'after') {
      slot.effectsInTurn++;
      return;
    }
    if (point.afterEffects > 0) {
      slot.crashPoint = { afterEffects: point.afterEffects - 1 };
      return;
    }
    if (slot.effectsInTurn > 0) this.marks.hit('crash between two effects of a step');
    throw new Crash();
  }

  #slot(id: PeerId): Slot {
    const slot = this.#slots.get(id);
    invariant(slot !== undefined, 'every peer has its slot', { id });
    return slot;
  }
}

function pairKey(a: PeerId, b: PeerId): number {
  return Math.min(a, b) * 256 + Math.max(a, b);
}

function describeHostInput(input: HostInput): string {
  switch (input.type) {
    case 'message':
      return describeInput({
        type: 'message',
        from: input.from,
        message: readPeerMessage(new JuteReader(input.bytes)),
      });
    case 'client':
      return `client asks, ${input.entry.length} B`;
    case 'probe':
      return `probe ${input.token}`;
    case 'snapshot':
      return 'snapshot';
    case 'call':
      return input.name;
    default:
      return describeInput(input);
  }
}
