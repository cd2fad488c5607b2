/**
 * The bus: point-to-point FIFO links between the threads of a process, and what the rest of the program may know of
 * them. Frames are bytes, gathered and sent as one batch; who carries them (a MessagePort, a simulated network) shows
 * nowhere.
 *
 * A link is up until it is down, and never up again: whoever wants to go on makes a new one. It delivers a prefix of
 * what was sent, in order, each frame once; what was not delivered when it went down is lost.
 */

import type { JuteWriter } from '../../core/jute/writer.ts';

/**
 * `closed`: by this end. `peer`: the other end closed it, or its thread ended. `slow`: `queueBytesMax` was reached,
 * the peer takes too little. `cut`: fault injection. `lossy`: an injected fault lost frames, so the rest may not follow.
 */
export type LinkDownReason = 'closed' | 'peer' | 'slow' | 'cut' | 'lossy';

/** @param bytes  never reused by the bus: keep views as long as you like  @param start, end  where the frame lies in it */
export type FrameListener = (bytes: Buffer, start: number, end: number) => void;

/**
 * One end of a link. To send: `beginFrame`, write with the writer it returns, `endFrame`. Frames leave with the next
 * `flush`, or by themselves when the current callback ends.
 */
export interface Link {
  /** The writer to append one frame's bytes to; not to be reset, and not to be used after `endFrame`. */
  beginFrame(): JuteWriter;
  endFrame(): void;
  /** A frame whose bytes exist already; they are copied. */
  send(bytes: Uint8Array): void;
  /** Posts what was gathered. A host calls it at the end of its turn: one post, whatever is in it. */
  flush(): void;

  /** Bytes sent that the peer has not taken yet. */
  readonly queuedBytes: number;
  /** False while so much is queued that a sender who can wait should (`writableBytes`). */
  readonly writable: boolean;
  readonly isUp: boolean;

  /** Frames start to arrive once a listener is set. One listener; setting another replaces it. */
  onFrames(listener: FrameListener): void;
  /** Called after the last frame of each batch: the place for a host's turn. */
  onBatchEnd(listener: () => void): void;
  /** Called once, after every frame that arrived. */
  onDown(listener: (reason: LinkDownReason) => void): void;
  /** Called when `writable` becomes true again. */
  onWritable(listener: () => void): void;

  /** Holds incoming frames back: the peer's queue fills, not this thread's. */
  pause(): void;
  resume(): void;
  /** Sends what is gathered as far as the peer has room for it, then takes the link down. Idempotent. */
  close(): void;

  /** Fault injection, for what this end sends; both ends for both directions. See link-faults.ts. */
  inject(fault: LinkFault): void;
  heal(): void;
}

export type LinkFault =
  /** Discards what is sent. Healing takes the link down (`lossy`), because a gap may never be followed by more. */
  | { readonly type: 'drop' }
  /** Delivers everything so many milliseconds later, in order. */
  | { readonly type: 'delay'; readonly ms: number }
  /** Holds everything back, in order, until it heals; `queueBytesMax` still holds. */
  | { readonly type: 'freeze' }
  /** Takes the link down at once. */
  | { readonly type: 'cut' };

export interface LinkOptions {
  /** Bytes that may be queued at this end; reaching it takes the link down (`slow`). Default 64 MiB. */
  readonly queueBytesMax: number;
  /** From this many queued bytes on `writable` is false, until half of them are left. Default 1 MiB. */
  readonly writableBytes: number;
  /** Bytes posted that the peer has not taken yet; more waits at this end. Default 1 MiB. */
  readonly windowBytes: number;
}

export const LINK_DEFAULTS: LinkOptions = Object.freeze({
  queueBytesMax: 64 << 20,
  writableBytes: 1 << 20,
  windowBytes: 1 << 20,
});

/** A thread's name on the bus: `main`, `replica:2`, `client:7`. */
export type EndpointName = string;
