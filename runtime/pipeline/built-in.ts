/**
 * Where the built-in plugins are: name to module, loaded only when a configuration uses the name.
 *
 * They are plugins like any other, found by name; the runtime never imports one.
 */

import type { StepKind } from '../../core/hooks/plugin-hooks.ts';

const DIRECTORY = new URL('../../plugins/', import.meta.url);

const MODULES: Readonly<Record<StepKind, Readonly<Record<string, string>>>> = {
  generator: { interval: 'generators/interval.js', replay: 'generators/replay/index.js' },
  propagator: { memory: 'propagators/memory.js' },
  handler: { log: 'handlers/log.js', 'znode-aggregate': 'handlers/znode-aggregate.js' },
};

/** URL of the built-in module; null when there is no such plugin. */
export function builtInUrl(kind: StepKind, name: string): string | null {
  const path = Object.hasOwn(MODULES[kind], name) ? MODULES[kind][name] : undefined;
  return path === undefined ? null : new URL(path, DIRECTORY).href;
}

export function builtInNames(kind: StepKind): readonly string[] {
  return Object.keys(MODULES[kind]);
}
