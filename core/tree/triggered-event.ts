/**
 * One change of a znode as its watchers are told of it: made by the watch tables when a txn is applied, judged by each
 * connection for itself. Its bytes are the same for all of them and are encoded once, when the first one takes it: a
 * znode with ten thousand watchers costs one encoding and ten thousand copies of some 30 bytes.
 */

import type { Acl } from '../jute/acl.ts';
import { writeEvent } from '../jute/watch.ts';
import { JuteWriter } from '../jute/writer.ts';
import type { Zxid } from '../zxid.ts';

/** A client's connection. It only takes note: it must not change the tree or its watches while it is told. */
export interface Watcher {
  onWatchedEvent(event: TriggeredEvent): void;
}

const encoder = new JuteWriter();

export class TriggeredEvent {
  /** Of `EventType`. */
  readonly type: number;
  readonly path: string;
  /** Of the txn that changed the znode. */
  readonly zxid: Zxid;
  /** Whoever may not READ under it is not told: of the znode, as it was if it is gone; for its children's sake, its own. */
  readonly acl: readonly Acl[];
  #payload: Uint8Array | null = null;

  constructor(type: number, path: string, zxid: Zxid, acl: readonly Acl[]) {
    this.type = type;
    this.path = path;
    this.zxid = zxid;
    this.acl = acl;
  }

  /** What every client that is told gets, in a frame of its own. */
  get payload(): Uint8Array {
    if (this.#payload === null) {
      writeEvent(encoder.reset(), this);
      this.#payload = encoder.copy();
    }
    return this.#payload;
  }
}
