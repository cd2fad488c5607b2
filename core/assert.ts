/**
 * Assertions that stay on in production. An `InvariantViolation` means that our own code broke a promise: the replica
 * that threw it must stop, and nobody catches it to go on. Input from outside is never asserted on; it is answered.
 */

/** A fact that had to hold did not. Carries the values seen, so that the message alone names peer, zxid and cause. */
export class InvariantViolation extends Error {
  readonly seen: Readonly<Record<string, unknown>>;

  constructor(claim: string, seen: Readonly<Record<string, unknown>>) {
    super(`${claim} (seen: ${describeSeen(seen)})`);
    this.name = 'InvariantViolation';
    this.seen = seen;
  }
}

/** Checks one fact. `claim` starts with the number of the invariant in core/SPEC.md where it has one. */
export function invariant(
  condition: boolean,
  claim: string,
  seen: Readonly<Record<string, unknown>> = {},
): asserts condition {
  if (!condition) throw new InvariantViolation(claim, seen);
}

/** Marks the `default` of a switch over a closed union: a new member breaks the build here. */
export function unreachable(value: never): never {
  throw new InvariantViolation('a closed union has no further member', { value });
}

function describeSeen(seen: Readonly<Record<string, unknown>>): string {
  return Object.entries(seen)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ');
}
