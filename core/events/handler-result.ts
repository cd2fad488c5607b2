/**
 * The gate for what handlers return: an unknown value becomes a `HandlerResult` of plain data, or an error that says what
 * is wrong with it. Runs on the handler's own thread, so nothing a plugin made up crosses to the main thread unchecked.
 */

import type { Combination, EmittedEvent, HandlerResult, ZnodeEffect } from './contracts.ts';
import { EventFormatError } from './envelope.ts';

const NOTHING: HandlerResult = Object.freeze({});
/** As ZooKeeper: absolute, no empty part, no `.` or `..`, no control characters. */
const ZNODE_PATH = /^(\/(?!\.{1,2}(\/|$))[^/\p{Cc}]+)+$/u;

/** @throws TypeError naming the place and what was expected */
export function parseHandlerResult(value: unknown): HandlerResult {
  if (value === undefined || value === null) return NOTHING;
  const { znodes, events } = recordOf(value, 'the result');
  return {
    ...(znodes === undefined ? {} : { znodes: listOf(znodes, 'znodes').map(parseEffect) }),
    ...(events === undefined ? {} : { events: listOf(events, 'events').map(parseEmitted) }),
  };
}

function parseEffect(value: unknown, index: number): ZnodeEffect {
  const at = `znodes[${index}]`;
  const { type, path, data, fields } = recordOf(value, at);
  if (typeof path !== 'string' || !ZNODE_PATH.test(path))
    throw new TypeError(`${at}.path: no path of a znode: ${show(path)}`);
  switch (type) {
    case 'put':
      if (typeof data !== 'string') throw new TypeError(`${at}.data: expected a text, found ${show(data)}`);
      return { type, path, data };
    case 'delete':
      return { type, path };
    case 'combine': {
      const parsed: Record<string, Combination> = {};
      for (const [name, field] of Object.entries(recordOf(fields, `${at}.fields`))) {
        parsed[name] = parseCombination(field, `${at}.fields.${name}`);
      }
      return { type, path, fields: parsed };
    }
    default:
      throw new TypeError(`${at}.type: expected put, delete or combine, found ${show(type)}`);
  }
}

function parseCombination(value: unknown, at: string): Combination {
  const { by, value: operand, of, decimals } = recordOf(value, at);
  switch (by) {
    case 'sum':
    case 'min':
    case 'max':
      if (typeof operand === 'number' && Number.isFinite(operand)) return { by, value: operand };
      throw new TypeError(`${at}.value: expected a number, found ${show(operand)}`);
    case 'last':
      if (operand === null || ['string', 'number', 'boolean'].includes(typeof operand)) {
        return { by, value: operand as string | number | boolean | null };
      }
      throw new TypeError(`${at}.value: expected a text, a number, true, false or null, found ${show(operand)}`);
    case 'ratio':
      if (Array.isArray(of) && typeof of[0] === 'string' && typeof of[1] === 'string' && isDigits(decimals)) {
        return { by, of: [of[0], of[1]], decimals };
      }
      throw new TypeError(`${at}: expected of: [field, field] and decimals from 0 to 15`);
    default:
      throw new TypeError(`${at}.by: expected sum, min, max, last or ratio, found ${show(by)}`);
  }
}

function parseEmitted(value: unknown, index: number): EmittedEvent {
  const at = `events[${index}]`;
  const { topic, event } = recordOf(value, at);
  if (typeof topic !== 'string' || topic === '') throw new TypeError(`${at}.topic: expected the name of a topic`);
  const { type, ...rest } = recordOf(event, `${at}.event`);
  if (typeof type !== 'string') throw new EventFormatError([`${at}.event.type: expected a text, found ${show(type)}`]);
  return { topic, event: { ...rest, type } };
}

function recordOf(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TypeError(`${at}: expected an object, found ${show(value)}`);
}

function listOf(value: unknown, at: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`${at}: expected a list, found ${show(value)}`);
}

function isDigits(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 15;
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
