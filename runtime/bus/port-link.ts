/**
 * A link over a MessagePort. One post carries a batch (posting costs 3 to 6 µs whatever is in it):
 *
 *     batch   uint32 bytes taken so far (modulo 2^32) · frame …
 *     frame   uint32 length · bytes
 *
 * Back-pressure by credit: each end tells the other how many bytes of batches it has taken, in the head of whatever it
 * sends, or in a batch without frames once a quarter of the window is untold. At most `windowBytes` are under way;
 * the rest gathers here, bounded by `queueBytesMax`.
 *
 * Death is news: a port emits 'close' on this side when the thread that holds the other side exits, throws or is
 * terminated (1 to 5 ms later, after all that it had posted), so no timeout is needed. A frozen thread is found by
 * whoever expects heartbeats.
 */

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { invariant } from '../../core/assert.ts';
import { JuteWriter } from '../../core/jute/writer.ts';
import { LinkFaults } from './link-faults.ts';
import {
  type FrameListener,
  LINK_DEFAULTS,
  type Link,
  type LinkDownReason,
  type LinkFault,
  type LinkOptions,
} from './message-bus.ts';

const HEAD_SIZE = 4;
const LENGTH_SIZE = 4;
/** From this size on a batch's memory is handed over instead of copied: below, the copy is the cheaper. */
const TRANSFER_BYTES = 16 << 10;
/** A single post is not larger than this, so that one slow reader cannot be sent the whole queue at once. */
const POST_BYTES_MAX = 1 << 20;

/**
 * The two ends of a new link, to be handed to two threads. Each end has a batch waiting from birth: a port with nothing
 * queued whose peer dies before anybody listens emits its 'close' into the void, and the link would seem up for ever;
 * with something queued, 'close' waits until the port is read.
 */
export function makeLinkPorts(): { readonly port1: MessagePort; readonly port2: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(Buffer.alloc(HEAD_SIZE));
  port2.postMessage(Buffer.alloc(HEAD_SIZE));
  return { port1, port2 };
}

/** Takes over a port made by `makeLinkPorts`; the peer's end must be a PortLink as well. */
export function openPortLink(port: MessagePort, options: Partial<LinkOptions> = {}): Link {
  return new PortLink(port, { ...LINK_DEFAULTS, ...options });
}

class PortLink implements Link {
  readonly #port: MessagePort;
  readonly #options: LinkOptions;
  readonly #faults: LinkFaults;
  /** Gathers the batch that goes next; starts with room for the head. */
  readonly #writer = new JuteWriter(1 << 12);
  /** Batches that wait for the window, oldest first. */
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #frameAt = -1;
  #autoFlush = false;
  /** Bytes posted and bytes of them that the peer has taken, since the beginning. */
  #posted = 0;
  #taken = 0;
  /** Bytes received and taken here, and how much of that the peer has been told. */
  #received = 0;
  #told = 0;
  #paused = false;
  readonly #heldBack: Buffer[] = [];
  #isUp = true;
  #wasFull = false;
  #frames: FrameListener | null = null;
  #batchEnd: (() => void) | null = null;
  #down: ((reason: LinkDownReason) => void) | null = null;
  #downReason: LinkDownReason | null = null;
  #writableAgain: (() => void) | null = null;

  constructor(port: MessagePort, options: LinkOptions) {
    this.#port = port;
    this.#options = options;
    this.#faults = new LinkFaults(
      (batch) => this.#post(batch),
      () => this.#takeDown('lossy'),
    );
    this.#startBatch();
    port.on('close', () => this.#onPeerClosed());
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get queuedBytes(): number {
    return this.#posted - this.#taken + this.#waitingBytes + this.#writer.length - HEAD_SIZE;
  }

  get writable(): boolean {
    return this.#isUp && !this.#wasFull;
  }

  beginFrame(): JuteWriter {
    invariant(this.#frameAt < 0, 'one frame is written at a time');
    this.#frameAt = this.#writer.reserve(LENGTH_SIZE);
    return this.#writer;
  }

  endFrame(): void {
    const at = this.#frameAt;
    invariant(at >= 0, 'a frame is begun before it is ended');
    this.#frameAt = -1;
    if (!this.#isUp) {
      this.#startBatch();
      return;
    }
    this.#writer.patchInt(at, this.#writer.length - at - LENGTH_SIZE);
    const queued = this.queuedBytes;
    if (queued >= this.#options.queueBytesMax) {
      this.#takeDown('slow');
      return;
    }
    if (queued >= this.#options.writableBytes) this.#wasFull = true;
    if (this.#writer.length >= POST_BYTES_MAX) this.flush();
    else if (!this.#autoFlush) {
      this.#autoFlush = true;
      queueMicrotask(() => {
        this.#autoFlush = false;
        this.flush();
      });
    }
  }

  send(bytes: Uint8Array): void {
    this.beginFrame().writeBytes(bytes);
    this.endFrame();
  }

  flush(): void {
    if (!this.#isUp || this.#frameAt >= 0 || this.#writer.length === HEAD_SIZE) return;
    const { length } = this.#writer;
    const batch = length >= TRANSFER_BYTES ? this.#writer.detach(length) : exactCopy(this.#writer.view());
    this.#startBatch();
    this.#waiting.push(batch);
    this.#waitingBytes += batch.length;
    this.#sendWaiting();
  }

  onFrames(listener: FrameListener): void {
    const isFirst = this.#frames === null;
    this.#frames = listener;
    if (isFirst) this.#port.on('message', (message: unknown) => this.#onMessage(message));
  }

  onBatchEnd(listener: () => void): void {
    this.#batchEnd = listener;
  }

  onDown(listener: (reason: LinkDownReason) => void): void {
    this.#down = listener;
    const reason = this.#downReason;
    // Told late rather than never: a link can be down before anybody listens.
    if (reason !== null) queueMicrotask(() => listener(reason));
  }

  onWritable(listener: () => void): void {
    this.#writableAgain = listener;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    while (!this.#paused && this.#heldBack.length > 0) {
      const batch = this.#heldBack.shift();
      if (batch !== undefined) this.#take(batch);
    }
    if (!this.#paused && this.#peerClosed) this.#takeDown('peer');
  }

  close(): void {
    this.flush();
    this.#takeDown('closed');
  }

  inject(fault: LinkFault): void {
    if (fault.type === 'cut') this.#takeDown('cut');
    else if (this.#isUp) this.#faults.inject(fault);
  }

  heal(): void {
    if (this.#isUp) this.#faults.heal();
  }

  // ---- sending

  #startBatch(): void {
    this.#writer.reset().reserve(HEAD_SIZE);
  }

  #sendWaiting(): void {
    const { windowBytes } = this.#options;
    for (let batch = this.#waiting[0]; batch !== undefined; batch = this.#waiting[0]) {
      // A batch larger than the window goes alone.
      const underWay = this.#posted - this.#taken;
      if (underWay > 0 && underWay + batch.length > windowBytes) return;
      this.#waiting.shift();
      this.#waitingBytes -= batch.length;
      this.#posted += batch.length;
      this.#faults.pass(batch);
      if (!this.#isUp) return;
    }
  }

  /** The head is written last, because a batch may have waited while more was received. */
  #post(batch: Buffer): void {
    this.#told = this.#received;
    batch.writeUInt32BE(this.#received % 2 ** 32, 0);
    if (batch.length >= TRANSFER_BYTES && batch.buffer instanceof ArrayBuffer) {
      this.#port.postMessage(batch, [batch.buffer]);
    } else this.#port.postMessage(batch);
  }

  // ---- receiving

  #onMessage(message: unknown): void {
    if (!this.#isUp || !(message instanceof Uint8Array)) return;
    const batch = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    this.#onTaken(batch.readUInt32BE(0));
    if (batch.length === HEAD_SIZE) return;
    if (this.#paused) this.#heldBack.push(batch);
    else this.#take(batch);
  }

  #take(batch: Buffer): void {
    for (let at = HEAD_SIZE; at < batch.length; ) {
      const start = at + LENGTH_SIZE;
      at = start + batch.readUInt32BE(at);
      if (this.#isUp) this.#frames?.(batch, start, at);
    }
    this.#received += batch.length;
    this.#batchEnd?.();
    // The turn above has usually sent something, and told the peer with it.
    if (this.#isUp && this.#received - this.#told >= this.#options.windowBytes / 4) {
      this.#told = this.#received;
      const head = Buffer.alloc(HEAD_SIZE);
      this.#faults.pass(head);
    }
  }

  #onTaken(count: number): void {
    // Totals grow beyond 32 bits and only their lower half is told; less than 2^32 is ever under way.
    this.#taken += (count - (this.#taken % 2 ** 32) + 2 ** 32) % 2 ** 32;
    if (this.#waiting.length > 0) this.#sendWaiting();
    if (this.#wasFull && this.queuedBytes <= this.#options.writableBytes / 2) {
      this.#wasFull = false;
      this.#writableAgain?.();
    }
  }

  // ---- the end

  #peerClosed = false;

  #onPeerClosed(): void {
    this.#peerClosed = true;
    // Frames held back by a pause arrived before the end; they are still to be delivered.
    if (this.#heldBack.length === 0) this.#takeDown('peer');
  }

  #takeDown(reason: LinkDownReason): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#downReason = reason;
    this.#faults.stop();
    this.#waiting.length = 0;
    this.#heldBack.length = 0;
    this.#waitingBytes = 0;
    this.#posted = this.#taken;
    if (this.#frameAt < 0) this.#startBatch();
    this.#port.close();
    const down = this.#down;
    // In a turn of its own: the caller may be in the middle of sending.
    if (down !== null) queueMicrotask(() => down(reason));
  }
}

/** Memory of its own: a view of pooled memory would be posted with the whole pool. */
function exactCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
