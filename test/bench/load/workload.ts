/**
 * The kinds of work and the znodes they need: which frames a connection sends, and what must exist before.
 * Keys are spread over the connections so that two neighbours do not write the same znode at the same time.
 */

import { FrameRing } from './frame-ring.ts';
import { createFrame, createSequentialFrame, getDataFrame, setDataFrame } from './frames.ts';

export const WORKS = ['read', 'set', 'create', 'mixed', 'fill'] as const;
export type Work = (typeof WORKS)[number];

const ROOT = '/bench';
const KEY_COUNT = 1_000;
const PARENT_OF_SEQUENCES = `${ROOT}/sequence`;
/** Of every ten requests of mixed work, which ones write: 70 % reads. */
const MIXED_WRITES: ReadonlySet<number> = new Set([1, 4, 8]);
const CHILDREN_PER_PARENT = 1_000;

/** Frames that make the znodes which read, set, create and mixed need; existing ones answer NodeExists (-110). */
export function setupFrames(size: number): readonly Buffer[] {
  const frames = [createFrame(ROOT, Buffer.alloc(0)), createFrame(PARENT_OF_SEQUENCES, Buffer.alloc(0))];
  const data = dataOf(size);
  for (let key = 0; key < KEY_COUNT; key++) {
    // Create and set: an earlier run may have left data of another size.
    frames.push(createFrame(keyPath(key), data), setDataFrame(keyPath(key), data));
  }
  return frames;
}

/** Frames of `count` further znodes of `size` bytes, a thousand under each parent. */
export function* fillFrames(count: number, size: number): Generator<Buffer> {
  const data = dataOf(size);
  yield createFrame(ROOT, Buffer.alloc(0));
  for (let index = 0; index < count; index++) {
    const parent = `${ROOT}/fill-${Math.floor(index / CHILDREN_PER_PARENT)}`;
    if (index % CHILDREN_PER_PARENT === 0) yield createFrame(parent, Buffer.alloc(0));
    yield createFrame(`${parent}/${index % CHILDREN_PER_PARENT}`, data);
  }
}

/** The ring one connection works through; a multiple of ten slots, so that mixed work keeps its proportion. */
export function ringFor(work: Exclude<Work, 'fill'>, connection: number, depth: number, size: number): FrameRing {
  const slots = Math.ceil(Math.max(depth, 10) / 10) * 10;
  const data = dataOf(size);
  const frames: Buffer[] = [];
  for (let slot = 0; slot < slots; slot++) {
    frames.push(frameFor(work, slot, keyPath((connection * 101 + slot * 7) % KEY_COUNT), data));
  }
  return new FrameRing(frames);
}

function frameFor(work: Exclude<Work, 'fill'>, slot: number, path: string, data: Buffer): Buffer {
  switch (work) {
    case 'read':
      return getDataFrame(path);
    case 'set':
      return setDataFrame(path, data);
    case 'create':
      return createSequentialFrame(`${PARENT_OF_SEQUENCES}/s-`, data);
    case 'mixed':
      return MIXED_WRITES.has(slot % 10) ? setDataFrame(path, data) : getDataFrame(path);
  }
}

function keyPath(key: number): string {
  return `${ROOT}/key-${String(key).padStart(4, '0')}`;
}

function dataOf(size: number): Buffer {
  return Buffer.alloc(size, 'threadkeeper ');
}
