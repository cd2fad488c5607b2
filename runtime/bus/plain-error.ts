/**
 * Errors as plain objects, to cross threads with class name, code and fields: structured clone and comlink keep little
 * more than the message. The class itself stays behind; tell errors apart by `code`.
 */

export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  /** Own fields that are plain values (code, path, pid …). */
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
  readonly cause: PlainError | null;
}

/** Causes beyond this depth are left out. */
const CAUSES_MAX = 4;

/** Takes whatever was thrown. */
export function toPlainError(thrown: unknown, depth = 0): PlainError {
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: `threw ${String(thrown)}`, stack: null, fields: {}, cause: null };
  }
  const fields: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(thrown)) {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      fields[name] = value;
    }
  }
  const { cause } = thrown;
  return {
    name: thrown.name,
    message: thrown.message,
    stack: thrown.stack ?? null,
    fields,
    cause: cause === undefined || depth >= CAUSES_MAX ? null : toPlainError(cause, depth + 1),
  };
}

export function fromPlainError(plain: PlainError): Error {
  const cause = plain.cause === null ? {} : { cause: fromPlainError(plain.cause) };
  const error = new Error(plain.message, cause);
  const stack = plain.stack === null ? {} : { stack: plain.stack };
  return Object.assign(error, plain.fields, { name: plain.name }, stack);
}
