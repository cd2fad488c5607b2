/**
 * What runs in the simulation in place of a replica's thread: takes inputs, steps the code under test, performs its
 * effects in order. The cluster knows only this interface, so that a whole replica (tree, sessions, clients) can stand
 * where a bare peer stands now.
 */

import type { PeerId } from '../../core/ids.ts';
import type { PeerEffect } from '../../core/zab/effects.ts';
import type { PeerView } from '../../core/zab/invariants.ts';
import type { LogEntry } from '../../core/zab/peer.ts';
import type { Disk, DiskReport } from './disk.ts';
import type { LinkItem } from './network.ts';

export type HostInput =
  | LinkItem
  | DiskReport
  | { readonly type: 'tick'; readonly nowMs: number }
  /** A client asks for this txn, at whatever replica it is connected to. */
  | { readonly type: 'client'; readonly entry: Uint8Array }
  /** A client asks the leader something that must be answered behind everything committed so far (as sync is). */
  | { readonly type: 'probe'; readonly token: number }
  /** Time for a snapshot of the state machine. */
  | { readonly type: 'snapshot' }
  /** Something between a host and its own surroundings (a client's bytes, say), taken up in its turn like the rest. */
  | { readonly type: 'call'; readonly name: string; readonly work: () => void };

export interface Host {
  readonly id: PeerId;
  readonly view: PeerView;
  /** What the state machine has applied, from the first txn on. */
  readonly applied: readonly LogEntry[];
  /** The log as the code under test believes it to be, durable or not, from the first txn on. */
  readonly logged: readonly LogEntry[];
  readonly disk: Disk;
  /** One input, one step. Its effects wait for `perform`. */
  receive(input: HostInput): void;
  /** Performs what all steps since the last call want done. */
  perform(): void;
}

/** How a host reaches the world. Each method may end the host's life by throwing `Crash`. */
export interface HostEnvironment {
  readonly disk: Disk;
  readonly nowMs: number;
  send(to: PeerId, bytes: Uint8Array): void;
  /** Disk reports are inputs like any other and wait their turn. */
  enqueue(input: HostInput): void;
  /** The code under test is about to take this input. */
  onInput(host: Host, input: HostInput): void;
  /** The step is done; its effects are not. */
  onStep(host: Host): void;
  /** Called before and after each effect is performed. */
  beforeEffect(host: Host, effect: PeerEffect): void;
  afterEffect(host: Host, effect: PeerEffect): void;
  onProposed(host: Host, entry: LogEntry): void;
  /** The leader answers a probe; it says so before the answer leaves. */
  onProbeAnswered(host: Host, token: number): void;
  onProbeReturned(host: Host, token: number): void;
  /** In how many chunks to send a snapshot; anything from 1. */
  chunkCount(): number;
}

export type HostFactory = (environment: HostEnvironment, id: PeerId) => Host;

/** The host's life ends here: between two effects, without a further word. */
export class Crash extends Error {}
