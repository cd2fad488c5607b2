/**
 * The Stat of a znode as clients see it: 68 bytes (zookeeper.jute, class Stat).
 *
 *     long czxid, mzxid, ctime, mtime; int version, cversion, aversion;
 *     long ephemeralOwner; int dataLength, numChildren; long pzxid
 *
 * Shown values differ from the stored ones: `cversion` is 2 × stored − numChildren, and `ephemeralOwner` is 0 for
 * containers and TTL znodes. The tree does that conversion.
 */

import type { SessionId } from '../ids.ts';
import type { JuteReader } from './reader.ts';
import type { JuteWriter } from './writer.ts';

export interface Stat {
  czxid: number;
  mzxid: number;
  /** Milliseconds since 1970. */
  ctime: number;
  mtime: number;
  version: number;
  cversion: number;
  aversion: number;
  ephemeralOwner: SessionId;
  dataLength: number;
  numChildren: number;
  pzxid: number;
}

export const STAT_SIZE = 68;

export function readStat(reader: JuteReader): Stat {
  return {
    czxid: reader.readLong(),
    mzxid: reader.readLong(),
    ctime: reader.readLong(),
    mtime: reader.readLong(),
    version: reader.readInt(),
    cversion: reader.readInt(),
    aversion: reader.readInt(),
    ephemeralOwner: reader.readSessionId(),
    dataLength: reader.readInt(),
    numChildren: reader.readInt(),
    pzxid: reader.readLong(),
  };
}

export function writeStat(writer: JuteWriter, stat: Stat): void {
  writer.writeLong(stat.czxid);
  writer.writeLong(stat.mzxid);
  writer.writeLong(stat.ctime);
  writer.writeLong(stat.mtime);
  writer.writeInt(stat.version);
  writer.writeInt(stat.cversion);
  writer.writeInt(stat.aversion);
  writer.writeSessionId(stat.ephemeralOwner);
  writer.writeInt(stat.dataLength);
  writer.writeInt(stat.numChildren);
  writer.writeLong(stat.pzxid);
}
