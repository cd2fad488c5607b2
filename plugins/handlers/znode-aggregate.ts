/**
 * The `znode-aggregate` handler: running aggregates of events, kept in znodes as JSON.
 *
 * For each batch it computes the deltas per group on its own thread; the runtime folds them into the znodes in one
 * transaction. A znode reads `{"count":3,"sum":6.3,"mean":2.1,"min":1.2,"max":3.1,"last":"…"}`, `last` being the newest
 * event's time as it arrived.
 *
 * Options:
 *   root    path of the znode under which everything goes, `/examples/earthquakes`
 *   value   part of the event to aggregate, `data.mag`; without one, events are only counted
 *   groups  folder name to group: one znode per group under `<root>/<folder>/<group>`. A group is found by
 *             { "by": "data.place", "after": ", " }   text of a part; with `after`, what follows its last occurrence
 *             { "by": "data.mag", "floor": 1 }        number of a part, rounded down to a multiple
 *             { "every": "hour" }                     minute, hour or day of the event's time, in UTC
 * `<root>/total` covers all events. An event whose value is no number fails and ends as a dead letter; one that lacks the
 * part of a group is left out of that group only.
 */

import {
  type CloudEvent,
  type Combination,
  defineHandler,
  fields,
  number,
  object,
  oneOf,
  optional,
  partOf,
  record,
  text,
  type ValuesOf,
} from 'threadkeeper/plugin';

const group = {
  by: optional(text()),
  after: optional(text()),
  floor: optional(number({ min: 1e-9 })),
  every: optional(oneOf(['minute', 'hour', 'day'])),
};

type Group = ValuesOf<typeof group>;

const options = fields({ root: text(), value: optional(text()), groups: record(object(group)) });

/** Length of an RFC 3339 time up to the unit. */
const TIME_PREFIX = { minute: 16, hour: 13, day: 10 } as const;

export default defineHandler({
  name: 'znode-aggregate',
  options,
  create({ root, value: valuePart, groups }) {
    for (const [folder, { by, every }] of Object.entries(groups)) {
      if ((by === null) === (every === null)) throw new Error(`group ${folder}: expected either "by" or "every"`);
    }
    return {
      handleBatch(events) {
        const deltas = new Map<string, Delta>();
        for (const event of events) {
          const value = valuePart === null ? null : numberIn(event, valuePart);
          deltaAt(deltas, `${root}/total`).add(value, event.time);
          for (const [folder, rule] of Object.entries(groups)) {
            const name = groupOf(event, rule);
            if (name !== null) deltaAt(deltas, `${root}/${folder}/${name}`).add(value, event.time);
          }
        }
        return { znodes: [...deltas].map(([path, delta]) => ({ type: 'combine', path, fields: delta.toFields() })) };
      },
    };
  },
});

/** What one batch adds to one znode. */
class Delta {
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;
  #last: string | null = null;

  add(value: number | null, time: string | undefined): void {
    this.#count += 1;
    this.#last = time ?? this.#last;
    if (value === null) return;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  toFields(): Readonly<Record<string, Combination>> {
    return {
      count: { by: 'sum', value: this.#count },
      ...(this.#min === Infinity
        ? {}
        : {
            sum: { by: 'sum', value: this.#sum },
            mean: { by: 'ratio', of: ['sum', 'count'], decimals: 3 },
            min: { by: 'min', value: this.#min },
            max: { by: 'max', value: this.#max },
          }),
      ...(this.#last === null ? {} : { last: { by: 'last', value: this.#last } }),
    };
  }
}

function deltaAt(deltas: Map<string, Delta>, path: string): Delta {
  let delta = deltas.get(path);
  if (delta === undefined) {
    delta = new Delta();
    deltas.set(path, delta);
  }
  return delta;
}

function numberIn(event: CloudEvent, part: string): number {
  const value = partOf(event, part);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError(`event ${event.id}: ${part} is ${JSON.stringify(value)}, not a number`);
}

/** Name of the group, fit for a znode; null when the event has none. */
function groupOf(event: CloudEvent, { by, after, floor, every }: Group): string | null {
  if (every !== null) {
    return event.time === undefined ? null : new Date(event.time).toISOString().slice(0, TIME_PREFIX[every]);
  }
  const value = by === null ? undefined : partOf(event, by);
  if (floor !== null) return typeof value === 'number' ? String(Math.floor(value / floor) * floor) : null;
  if (value === undefined || value === null || typeof value === 'object') return null;
  const whole = String(value);
  const cut = after === null ? -1 : whole.lastIndexOf(after);
  return znodeName(cut === -1 || after === null ? whole : whole.slice(cut + after.length));
}

/** A slash would be another level of the tree, and `.` and `..` are no names. */
function znodeName(name: string): string | null {
  const trimmed = name.trim().replaceAll('/', '_');
  return trimmed === '' || trimmed === '.' || trimmed === '..' ? null : trimmed;
}
