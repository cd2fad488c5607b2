/**
 * The event envelope: CloudEvents 1.0, in its JSON form, checked once at the gate.
 *
 * In: whatever a generator, a file or a socket handed over. Out: a `CloudEvent`, or an `EventFormatError` that names
 * every fault. Past this gate nobody looks at an event's shape again.
 * The key is the CloudEvents partitioning extension, `partitionkey`: events of one key keep their order.
 * Source: CloudEvents specification 1.0.2, sections "Context Attributes" and "Naming Conventions".
 */

export interface CloudEvent {
  readonly specversion: '1.0';
  /** Unique within its source. */
  readonly id: string;
  /** URI reference of whoever the event comes from. */
  readonly source: string;
  readonly type: string;
  /** When it happened, RFC 3339. */
  readonly time?: string;
  readonly subject?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly data?: unknown;
  /** Bytes in base 64, instead of `data`. */
  readonly data_base64?: string;
  /** The key. Events with the same one are handled in order, one after another; without one there is no order. */
  readonly partitionkey?: string;
  /** Extension attributes: names of a-z and 0-9; values strings, booleans or 32-bit whole numbers. */
  readonly [extension: string]: unknown;
}

/** What a generator yields: an event whose missing attributes the runtime fills in. */
export interface EventInit {
  readonly type: string;
  readonly id?: string;
  readonly source?: string;
  readonly time?: string;
  readonly subject?: string;
  readonly data?: unknown;
  readonly partitionkey?: string;
  readonly [extension: string]: unknown;
}

/** What fills the gaps of an `EventInit`. */
export interface EventDefaults {
  readonly id: string;
  readonly source: string;
  readonly time: string;
}

/** The value is no CloudEvent. Names all faults at once. */
export class EventFormatError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`not a CloudEvent 1.0: ${faults.join('; ')}`);
    this.name = 'EventFormatError';
    this.faults = faults;
  }
}

const TEXT_ATTRIBUTES = ['id', 'source', 'type'] as const;
const OPTIONAL_TEXT_ATTRIBUTES = ['subject', 'datacontenttype', 'dataschema', 'partitionkey', 'data_base64'] as const;
const KNOWN = new Set<string>([...TEXT_ATTRIBUTES, ...OPTIONAL_TEXT_ATTRIBUTES, 'specversion', 'time', 'data']);
const ATTRIBUTE_NAME = /^[a-z0-9]+$/;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const INT32_MAX = 2 ** 31 - 1;

/** @throws EventFormatError unless the value is a CloudEvent 1.0 in its JSON form */
export function parseEvent(value: unknown): CloudEvent {
  if (!isRecord(value)) throw new EventFormatError([`expected an object, found ${describe(value)}`]);
  const faults = faultsOf(value);
  if (faults.length > 0) throw new EventFormatError(faults);
  // The one place where an unknown becomes an event: every attribute was checked just above.
  return value as unknown as CloudEvent;
}

/** Fills in what is missing and checks the whole. The defaults never replace an attribute that is there. */
export function completeEvent(value: unknown, defaults: EventDefaults): CloudEvent {
  if (!isRecord(value)) throw new EventFormatError([`expected an object, found ${describe(value)}`]);
  return parseEvent({ specversion: '1.0', ...defaults, ...value });
}

/** The key whose order the event keeps; null when it keeps none. */
export function keyOf(event: CloudEvent): string | null {
  return event.partitionkey ?? null;
}

function faultsOf(event: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = [];
  if (event.specversion !== '1.0') faults.push(`specversion: expected "1.0", found ${describe(event.specversion)}`);
  for (const name of TEXT_ATTRIBUTES) {
    if (!isText(event[name])) faults.push(`${name}: expected a text that is not empty, found ${describe(event[name])}`);
  }
  for (const name of OPTIONAL_TEXT_ATTRIBUTES) {
    const value = event[name];
    if (value !== undefined && !isText(value)) {
      faults.push(`${name}: expected a text that is not empty, found ${describe(value)}`);
    }
  }
  const { time, data, data_base64: base64 } = event;
  if (time !== undefined && !(typeof time === 'string' && RFC_3339.test(time) && !Number.isNaN(Date.parse(time)))) {
    faults.push(`time: expected an RFC 3339 time, found ${describe(time)}`);
  }
  if (data !== undefined && base64 !== undefined) faults.push('data_base64: expected no second payload beside data');
  for (const [name, value] of Object.entries(event)) {
    if (KNOWN.has(name)) continue;
    if (!ATTRIBUTE_NAME.test(name)) faults.push(`${name}: expected an attribute name of a-z and 0-9`);
    else if (!isExtensionValue(value)) {
      faults.push(`${name}: expected a string, a boolean or a 32-bit whole number, found ${describe(value)}`);
    }
  }
  return faults;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}

function isExtensionValue(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= INT32_MAX;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return value.length > 40 ? `"${value.slice(0, 40)}…"` : `"${value}"`;
  return typeof value === 'object' ? (Array.isArray(value) ? 'an array' : 'an object') : String(value);
}
