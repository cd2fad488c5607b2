/**
 * Door `.`: run an ensemble and its pipelines inside your program.
 *
 *     import { start } from 'threadkeeper';
 *     const runtime = await start({ config: { ensemble: { inMemory: true, clientPort: 0 } } });
 *     await runtime.client().create('/hello', 'world');
 *     await runtime.close();
 */

export { ConfigError, EnsembleError, PluginError } from '../core/errors.ts';
export type { CloudEvent, EventInit } from '../core/events/envelope.ts';
export type { EnsembleState } from './ensemble.ts';
export type { SupervisedReplica } from './replica/supervisor.ts';
export { type ReadyReport, Runtime, type RuntimeStatus, type StartOptions, start } from './runtime.ts';
