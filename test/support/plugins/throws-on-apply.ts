/** A plugin whose `apply` throws. */

import type { Plugin } from 'threadkeeper/plugin';

const plugin: Plugin = {
  name: 'throws-on-apply',
  apply() {
    throw new Error('apply went wrong');
  },
};

export default plugin;
