/** Writes one request as a frame: `int length`, RequestHeader, body (facts 1.3). */

import { writeRequestHeader } from '../../core/jute/request.ts';
import type { JuteWriter } from '../../core/jute/writer.ts';

/** Writes a request's body. The same body gives the same bytes, whichever connection carries them. */
export type WriteBody<Body> = (writer: JuteWriter, body: Body) => void;

export interface RequestFrame<Body> {
  readonly xid: number;
  readonly op: number;
  readonly writeBody: WriteBody<Body>;
  readonly body: Body;
}

export const FRAME_PREFIX_SIZE = 4;

/** @returns the size of the frame, prefix included */
export function writeFrame<Body>(writer: JuteWriter, { xid, op, writeBody, body }: RequestFrame<Body>): number {
  const start = writer.reserve(FRAME_PREFIX_SIZE);
  writeRequestHeader(writer, xid, op);
  writeBody(writer, body);
  writer.patchInt(start, writer.length - start - FRAME_PREFIX_SIZE);
  return writer.length - start;
}

/** The body of requests that are a header only. */
export function writeNothing(): void {}
