/**
 * setWatches and setWatches2 (zookeeper-facts 6.4; DataTree.setWatches): sets the watches of a client that comes back, and
 * tells it what it missed, before the reply. Lasting watches miss nothing by this: they only ever promise what happens
 * while they are set.
 *
 * A request may name a million paths, so it is answered in portions, between which the replica serves others. Each path is
 * judged and set at one moment, so that no change of it is lost or told twice; what happens to a path that is set already
 * is told at once, as ever. The connection's next requests wait for the reply.
 */

import { OpCode } from '../../jute/op-code.ts';
import { JuteError, JuteReader } from '../../jute/reader.ts';
import { EventType } from '../../jute/request.ts';
import type { DataTree } from '../../tree/data-tree.ts';
import type { CatchUp, Connection } from '../connections/connection.ts';

/** About a millisecond's work. */
const PORTION_PATHS = 1000;

/** In the order of the wire; setWatches ends after the third. */
const LISTS = ['data', 'exist', 'child', 'persistent', 'recursive'] as const;

export class WatchCatchUp implements CatchUp {
  readonly #tree: DataTree;
  readonly #connection: Connection;
  readonly #xid: number;
  readonly #reader: JuteReader;
  readonly #relativeZxid: number;
  readonly #listCount: number;
  #list = -1;
  /** Paths left in this list. */
  #left = 0;

  /** @throws JuteError when the request does not decode; nothing is set or told then */
  constructor(tree: DataTree, connection: Connection, xid: number, opCode: number, body: JuteReader) {
    this.#tree = tree;
    this.#connection = connection;
    this.#xid = xid;
    this.#listCount = opCode === OpCode.setWatches2 ? LISTS.length : 3;
    // A reader of its own: the caller's goes on to other requests, while the frame's bytes stay as they are.
    this.#reader = new JuteReader(body.bytes, body.position, body.end);
    this.#relativeZxid = this.#reader.readLong();
    requireDecodable(new JuteReader(body.bytes, this.#reader.position, body.end), this.#listCount);
  }

  /** One portion. @returns whether that was the last: then the reply has been written */
  advance(): boolean {
    for (let count = 0; count < PORTION_PATHS; ) {
      if (this.#left > 0) {
        this.#left -= 1;
        count += 1;
        this.#set(LISTS[this.#list], this.#reader.readString() ?? '');
      } else if (this.#list + 1 < this.#listCount) {
        this.#list += 1;
        this.#left = this.#reader.readCount();
      } else {
        this.#connection.reply(this.#xid, this.#tree.lastProcessedZxid, 0);
        return true;
      }
    }
    return false;
  }

  #set(list: (typeof LISTS)[number] | undefined, path: string): void {
    const { watches } = this.#tree;
    const connection = this.#connection;
    switch (list) {
      case 'data':
        return this.#setData(path);
      case 'exist':
        if (this.#tree.find(path) >= 0) connection.tellMissed(EventType.nodeCreated, path);
        else watches.data.add(path, connection);
        return;
      case 'child':
        return this.#setChild(path);
      case 'persistent':
        return watches.persistent.add(path, connection);
      case 'recursive':
        return watches.recursive.add(path, connection);
    }
  }

  #setData(path: string): void {
    const tree = this.#tree;
    const row = tree.find(path);
    if (row < 0) this.#connection.tellMissed(EventType.nodeDeleted, path);
    else if (tree.mzxid(row) > this.#relativeZxid) this.#connection.tellMissed(EventType.nodeDataChanged, path);
    else tree.watches.data.add(path, this.#connection);
  }

  #setChild(path: string): void {
    const tree = this.#tree;
    const row = tree.find(path);
    if (row < 0) this.#connection.tellMissed(EventType.nodeDeleted, path);
    else if (tree.pzxid(row) > this.#relativeZxid) this.#connection.tellMissed(EventType.nodeChildrenChanged, path);
    else tree.watches.child.add(path, this.#connection);
  }
}

/** Goes through the lengths only, at a few nanoseconds a path. */
function requireDecodable(reader: JuteReader, listCount: number): void {
  for (let list = 0; list < listCount; list++) {
    for (let left = reader.readCount(); left > 0; left--) {
      const length = reader.readInt();
      if (length < 0) throw new JuteError('a watch names no path');
      reader.skip(length);
    }
  }
}
