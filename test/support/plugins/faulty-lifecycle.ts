/** A plugin that throws in the hooks that its options name, and makes a generator whose creation throws. */

import type { Plugin } from 'threadkeeper/plugin';

export default function faultyLifecycle(options: unknown): Plugin {
  const throwsIn = new Set(Array.isArray(options) ? options : []);
  return {
    name: 'faulty-lifecycle',
    apply({ hooks }) {
      for (const stage of ['init', 'start', 'drain', 'stop'] as const) {
        hooks[stage].tap(() => {
          if (throwsIn.has(stage)) throw new Error(`${stage} went wrong`);
        });
      }
      hooks.handled.tap(() => {
        if (throwsIn.has('handled')) throw new Error('handled went wrong');
      });
      hooks.generated.tap((events) => {
        if (throwsIn.has('generated')) throw new Error('generated went wrong');
        return events;
      });
      hooks.generator.for('never').tap(() => ({
        create() {
          throw new Error('create went wrong');
        },
      }));
    },
  };
}
