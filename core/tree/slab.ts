/**
 * Cells of bytes, addressed by one 32-bit number: where names and data of znodes live, outside the JS heap.
 *
 * Memory comes in pages of 64 KiB, each cut into cells of one size class. A freed cell is reused by its class; a page
 * whose last cell is freed is given back, unless it is the only one of its class with room. Larger cells have a page
 * of their own, which is given back at once.
 *
 * Waste: at most 7 bytes for a cell up to 128 bytes, a quarter above (a sixteenth of that on average of all sizes),
 * and below a tenth for the end of a page. What deletions leave scattered stays with its class, so a class never holds
 * more pages than its busiest moment filled.
 */

import { invariant } from '../assert.ts';

/** Where a cell begins; NO_CELL for no bytes at all. */
export type CellRef = number;
export const NO_CELL: CellRef = -1;

const PAGE_BYTES = 65536;
const UNIT_SHIFT = 3;
// A reference is 19 bits of page and 13 bits of offset in units of 8 bytes; the last page would collide with NO_CELL.
const OFFSET_BITS = 13;
const OFFSET_MASK = (1 << OFFSET_BITS) - 1;
const PAGE_COUNT_MAX = 2 ** 19 - 1;
const SMALL_MAX = 128;
const SMALL_CLASSES = SMALL_MAX >> UNIT_SHIFT;
/** The largest cell that shares a page with others. */
const SHARED_MAX = 16384;
const CLASS_COUNT = classOf(SHARED_MAX) + 1;
const OWN_PAGE = -1;
const NOT_OPEN = -1;

interface Page {
  bytes: Buffer;
  /** Or OWN_PAGE. */
  sizeClass: number;
  cellBytes: number;
  used: number;
  /** Offset of the first freed cell, which holds the offset of the next; -1 at the end. */
  freeHead: number;
  /** From here on, no cell was ever handed out. */
  fresh: number;
  /** Place in its class's list of pages with room, or NOT_OPEN. */
  openAt: number;
}

export class Slab {
  readonly #pages: (Page | undefined)[] = [];
  readonly #unusedIds: number[] = [];
  readonly #open: number[][] = Array.from({ length: CLASS_COUNT }, () => []);
  #bytesHeld = 0;

  /** Bytes of all pages. */
  get bytesHeld(): number {
    return this.#bytesHeld;
  }

  /** @throws InvariantViolation when 2^19 pages (32 GiB of small cells) are in use */
  allocate(size: number): CellRef {
    if (size === 0) return NO_CELL;
    if (size > SHARED_MAX) return this.#addPage(OWN_PAGE, (size + 7) & ~7) << OFFSET_BITS;
    const sizeClass = classOf(size);
    const open = this.#open[sizeClass] as number[];
    if (open.length === 0) this.#openPage(this.#addPage(sizeClass, PAGE_BYTES));
    const id = open[open.length - 1] as number;
    const page = this.#pages[id] as Page;
    const offset = takeCell(page);
    if (!hasRoom(page)) this.#closePage(id, page);
    return (id << OFFSET_BITS) | (offset >> UNIT_SHIFT);
  }

  free(ref: CellRef): void {
    if (ref === NO_CELL) return;
    const id = ref >>> OFFSET_BITS;
    const page = this.#pages[id] as Page;
    if (page.sizeClass === OWN_PAGE) {
      this.#dropPage(id, page);
      return;
    }
    const offset = (ref & OFFSET_MASK) << UNIT_SHIFT;
    page.bytes.writeInt32LE(page.freeHead, offset);
    page.freeHead = offset;
    page.used -= 1;
    if (page.openAt === NOT_OPEN) this.#openPage(id);
    if (page.used === 0 && (this.#open[page.sizeClass] as number[]).length > 1) {
      this.#closePage(id, page);
      this.#dropPage(id, page);
    }
  }

  /** How many bytes the cell can hold: what was asked for, or somewhat more. */
  capacity(ref: CellRef): number {
    return ref === NO_CELL ? 0 : (this.#pages[ref >>> OFFSET_BITS] as Page).cellBytes;
  }

  /** The page that holds the cell, beginning at `offset(ref)`. */
  bytes(ref: CellRef): Buffer {
    return (this.#pages[ref >>> OFFSET_BITS] as Page).bytes;
  }

  offset(ref: CellRef): number {
    return (ref & OFFSET_MASK) << UNIT_SHIFT;
  }

  #addPage(sizeClass: number, size: number): number {
    const id = this.#unusedIds.pop() ?? this.#pages.length;
    invariant(id < PAGE_COUNT_MAX, 'the slab has a page left', { pages: id, bytesHeld: this.#bytesHeld });
    this.#pages[id] = {
      bytes: Buffer.allocUnsafeSlow(size),
      sizeClass,
      cellBytes: sizeClass === OWN_PAGE ? size : cellBytesOf(sizeClass),
      used: 0,
      freeHead: -1,
      fresh: 0,
      openAt: NOT_OPEN,
    };
    this.#bytesHeld += size;
    return id;
  }

  #dropPage(id: number, page: Page): void {
    this.#bytesHeld -= page.bytes.length;
    this.#pages[id] = undefined;
    this.#unusedIds.push(id);
  }

  #openPage(id: number): void {
    const page = this.#pages[id] as Page;
    const open = this.#open[page.sizeClass] as number[];
    page.openAt = open.length;
    open.push(id);
  }

  #closePage(id: number, page: Page): void {
    const open = this.#open[page.sizeClass] as number[];
    const last = open.pop() as number;
    if (last !== id) {
      open[page.openAt] = last;
      (this.#pages[last] as Page).openAt = page.openAt;
    }
    page.openAt = NOT_OPEN;
  }
}

function takeCell(page: Page): number {
  page.used += 1;
  const offset = page.freeHead;
  if (offset >= 0) {
    page.freeHead = page.bytes.readInt32LE(offset);
    return offset;
  }
  page.fresh += page.cellBytes;
  return page.fresh - page.cellBytes;
}

function hasRoom(page: Page): boolean {
  return page.freeHead >= 0 || page.fresh + page.cellBytes <= PAGE_BYTES;
}

// Multiples of 8 up to 128 bytes, then four classes to each doubling.
function classOf(size: number): number {
  if (size <= SMALL_MAX) return ((size + 7) >> UNIT_SHIFT) - 1;
  const exponent = 31 - Math.clz32(size - 1);
  return SMALL_CLASSES + (exponent - 7) * 4 + ((size - 1 - (1 << exponent)) >> (exponent - 2));
}

function cellBytesOf(sizeClass: number): number {
  if (sizeClass < SMALL_CLASSES) return (sizeClass + 1) << UNIT_SHIFT;
  const step = sizeClass - SMALL_CLASSES;
  const exponent = 7 + (step >> 2);
  return (1 << exponent) + ((step & 3) + 1) * (1 << (exponent - 2));
}
