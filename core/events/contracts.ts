/**
 * What passes between the three steps: E = G(t), P = T(E), H = P(E), as plain data that crosses threads.
 *
 * A generator yields events, a propagator delivers them (topic, partition, offset), a handler answers with effects:
 * znodes to change and events to emit. Effects are data, never calls, so that the runtime can commit those of one batch
 * together, tell whether they were applied, and never apply them twice.
 * The interfaces that plugins implement, which speak of promises, are in core/hooks.
 */

import type { CloudEvent, EventInit } from './envelope.ts';

/** One event as a propagator hands it over. Offsets of one partition ascend; a key lives in one partition. */
export interface Delivery {
  readonly topic: string;
  readonly partition: number;
  /** Place within the partition, from 0. */
  readonly offset: number;
  readonly key: string | null;
  readonly event: CloudEvent;
}

/** A change to the tree that a handler asks for. Missing parents are created. */
export type ZnodeEffect =
  /** Writes the value, whatever was there. */
  | { readonly type: 'put'; readonly path: string; readonly data: string }
  /** Deletes the znode if it is there. */
  | { readonly type: 'delete'; readonly path: string }
  /** Folds fields into the JSON object that the znode holds; an absent znode counts as an empty object. */
  | { readonly type: 'combine'; readonly path: string; readonly fields: CombineFields };

/** How one field of a JSON object takes up a new value. */
export type Combination =
  | { readonly by: 'sum'; readonly value: number }
  | { readonly by: 'min'; readonly value: number }
  | { readonly by: 'max'; readonly value: number }
  | { readonly by: 'last'; readonly value: string | number | boolean | null }
  /** Computed after all others from two fields of the same object, rounded: a mean, for instance. */
  | { readonly by: 'ratio'; readonly of: readonly [string, string]; readonly decimals: number };

export type CombineFields = Readonly<Record<string, Combination>>;

/** An event that a handler emits, and the topic it goes to. */
export interface EmittedEvent {
  readonly topic: string;
  readonly event: EventInit;
}

/** A handler's answer. Applied all or not at all, once, whatever is lost on the way. */
export interface HandlerResult {
  readonly znodes?: readonly ZnodeEffect[];
  readonly events?: readonly EmittedEvent[];
}

/** An event that could not be generated or handled, why, and how often it was tried. */
export interface DeadLetter {
  readonly pipeline: string;
  readonly topic: string;
  /** Null for what never became an event of the topic. */
  readonly partition: number | null;
  readonly offset: number | null;
  /** The event, or what the generator yielded instead of one. */
  readonly event: unknown;
  readonly attempts: number;
  /** When it was given up, RFC 3339. */
  readonly time: string;
  readonly cause: FailureCause;
}

export interface FailureCause {
  readonly plugin: string;
  readonly hook: string;
  readonly message: string;
}
