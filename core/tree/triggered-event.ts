/**
 * One change of a znode as its watchers are told of it: made by the watch tables when a txn is applied, judged by each
 * connection for itself. Its frame is the same for all of them and is encoded once, when the first one takes it: a
 * znode with ten thousand watchers costs one encoding and ten thousand copies of some 40 bytes.
 */

import type { Acl } from '../jute/acl.ts';
import { writeEventFrame } from '../jute/watch.ts';
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
  #frame: Uint8Array | null = null;

  constructor(type: number, path: string, zxid: Zxid, acl: readonly Acl[]) {
    this.type = type;
    this.path = path;
    this.zxid = zxid;
    this.acl = acl;
  }

  /** The whole frame, length included. */
  get frame(): Uint8Array {
    if (this.#frame === null) {
      writeEventFrame(encoder.reset(), this);
      this.#frame = encoder.copy();
    }
    return this.#frame;
  }
}
