/**
 * What a session does in a differential run, as plain values: they are generated from a seed, encoded by encode.ts, told
 * as a line by script.ts. Anything that a client may send has its place here, right or wrong.
 */
import type { Acl } from '../../../core/jute/acl.ts';

/** null is sent as it is: length -1 on the wire. */
export type Path = string | null;

interface Create {
  readonly op: 'create' | 'create2' | 'createContainer';
  readonly path: Path;
  readonly data: Path;
  /** null: a vector of length -1. */
  readonly acl: readonly Acl[] | null;
  readonly flags: number;
}

export type Member =
  | Create
  | (Omit<Create, 'op'> & { readonly op: 'createTTL'; readonly ttl: number })
  | { readonly op: 'delete' | 'check'; readonly path: Path; readonly version: number }
  | { readonly op: 'setData'; readonly path: Path; readonly data: Path; readonly version: number };

export interface Watchable {
  readonly op: 'exists' | 'getData' | 'getChildren' | 'getChildren2';
  readonly path: Path;
  readonly watch: boolean;
}

export interface SetAcl {
  readonly op: 'setACL';
  readonly path: Path;
  readonly acl: readonly Acl[] | null;
  readonly version: number;
}

/** In `setWatches`: the last zxid that the session has seen. */
export const LAST_SEEN = -1;

export interface SetWatches {
  readonly op: 'setWatches' | 'setWatches2';
  readonly since: number;
  /** data, exist, child; setWatches2 adds persistent, persistentRecursive. */
  readonly lists: readonly (readonly string[])[];
}

export type Request =
  | Member
  | Watchable
  | SetAcl
  | SetWatches
  | {
      readonly op: 'getACL' | 'sync' | 'getEphemerals' | 'getAllChildrenNumber';
      readonly path: Path;
    }
  | { readonly op: 'multi' | 'multiRead'; readonly ops: readonly Request[] }
  | { readonly op: 'addWatch'; readonly path: Path; readonly mode: number }
  | { readonly op: 'removeWatches' | 'checkWatches'; readonly path: Path; readonly type: number }
  | { readonly op: 'addAuth'; readonly scheme: string | null; readonly auth: Path }
  | { readonly op: 'reconfig'; readonly joining: Path; readonly leaving: Path; readonly members: Path }
  | { readonly op: 'whoAmI' | 'ping' | 'closeSession' }
  /** An op code that no server knows, with an empty body. */
  | { readonly op: 'unknown'; readonly opCode: number }
  /** The request's body, cut after `keep` bytes or with `length` written over the int at `at`. */
  | { readonly op: 'mangled'; readonly of: Request; readonly keep: number }
  | { readonly op: 'mangled'; readonly of: Request; readonly at: number; readonly length: number };

export type Reattachment =
  /** A second connection takes the session over while the first one is open. */
  | 'taken over'
  /** The client hangs up and goes on at the next server. */
  | 'moved'
  /** As `taken over`, from a client too old to know read-only servers. */
  | 'by an old client'
  /** Refused, and the good connection is lost as well. */
  | 'with a wrong password'
  /** Hung up on without a word: a client must not travel back in time. */
  | 'from the future';

export type Operation =
  | Request
  /** closeSession; then whoever asks for the session is refused, and a new one takes its place. */
  | { readonly op: 'close' }
  | { readonly op: 'reattach'; readonly how: Reattachment; readonly timeoutMs: number };

export interface Action {
  readonly session: number;
  /** Sent in one write with the action before, if that is of the same session and no connection changes in between. */
  readonly isJoined: boolean;
  readonly operation: Operation;
}

/** Apache executes these on receipt, so that their answers may overtake earlier ones; and some end the connection. */
export function isSentAlone({ op }: Operation): boolean {
  return op === 'addAuth' || op === 'unknown' || op === 'close' || op === 'closeSession' || op === 'reattach';
}

/** Apache judges what comes right behind it by the ACL before, or by the new one: by whichever is committed by then. */
export function isSentLast({ op }: Operation): boolean {
  return op === 'setACL';
}

export function isWrite({ op }: Request): boolean {
  return WRITES.has(op);
}

const WRITES: ReadonlySet<string> = new Set([
  'create',
  'create2',
  'createContainer',
  'createTTL',
  'delete',
  'setData',
  'setACL',
  'multi',
  'reconfig',
]);
