/**
 * The door `threadkeeper/plugin`: everything a plugin may import, and nothing else.
 *
 *     import { defineHandler } from 'threadkeeper/plugin';
 *     export default defineHandler({
 *       name: 'shout',
 *       create: (_options, { log }) => ({ handle: (event) => log.info(event.type.toUpperCase()) }),
 *     });
 */

export type {
  Combination,
  CombineFields,
  DeadLetter,
  Delivery,
  EmittedEvent,
  FailureCause,
  HandlerResult,
  ZnodeEffect,
} from '../events/contracts.ts';
export { type CloudEvent, EventFormatError, type EventInit, keyOf, parseEvent } from '../events/envelope.ts';
export { partOf } from '../events/event-part.ts';
export { Partitioner, partitionOfKey } from '../events/partitioner.ts';
// A propagator decides where an event goes; these are the ways to decide it.
export { assignBounded, LOAD_SLACK, type LoadQuestion, loadLimit } from '../placement/bounded-load.ts';
export { HashRing, VIRTUAL_NODES } from '../placement/hash-ring.ts';
export { placeByModulo } from '../placement/modulo.ts';
export {
  defineGenerator,
  defineHandler,
  definePropagator,
  type GeneratorDefinition,
  type HandlerDefinition,
  type Plugin,
  type PluginExport,
  type PluginHost,
  type PropagatorDefinition,
} from './define.ts';
export { type Field, fields, flag, number, object, oneOf, optional, record, text, type ValuesOf } from './options.ts';
export type { BatchInfo, LifecycleInfo, PluginHooks, StepTaps, Tap } from './plugin-hooks.ts';
export type { StandardIssue, StandardResult, StandardSchema } from './standard-schema.ts';
export type {
  Clock,
  Generator,
  Handler,
  PluginLog,
  Propagator,
  StepContext,
  StepRecipe,
  Subscription,
} from './steps.ts';
