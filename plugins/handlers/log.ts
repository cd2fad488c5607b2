/**
 * The `log` handler: one line per event, to see a pipeline at work.
 *
 * Options: `text`, a template in which `{data.place}` or `{type}` stands for a part of the event (default: type, key and data
 * as JSON); `field` and `atLeast`: only events whose field is at least that number. Returns nothing, so nothing is committed.
 */

import { type CloudEvent, defineHandler, fields, number, optional, partOf, text } from 'threadkeeper/plugin';

const options = fields({
  text: optional(text()),
  field: optional(text()),
  atLeast: number({ otherwise: 0 }),
});

export default defineHandler({
  name: 'log',
  options,
  create: ({ text: template, field, atLeast }, { log }) => ({
    handle(event) {
      if (field !== null) {
        const value = partOf(event, field);
        if (typeof value !== 'number' || value < atLeast) return undefined;
      }
      log.info(template === null ? JSON.stringify(event) : fill(template, event));
      return undefined;
    },
  }),
});

function fill(template: string, event: CloudEvent): string {
  return template.replace(/\{([^{}]+)\}/g, (_, path: string) => {
    const value = partOf(event, path);
    return typeof value === 'object' ? JSON.stringify(value) : String(value ?? '');
  });
}
