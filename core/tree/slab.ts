/**
 * Cells of bytes, addressed by one 32-bit number: where names and data of znodes live, outside the JS heap.
 *
 * Memory comes in regions of 1 MiB, cut into pages of 64 KiB, each page into cells of one size class. Cells above
 * 8 KiB take a whole region as their page, those above 256 KiB a region of their own size. A freed cell is reused by
 * its class, an emptied page by any class, and an emptied region is given back.
 *
 * Waste: at most 7 bytes for a cell up to 128 bytes, a fifth above, and less than a cell at the end of a page. What
 * deletions leave scattered stays with its class, so a class never holds more pages than its busiest moment filled.
 */

import { invariant } from '../assert.ts';

/** Where a cell begins; NO_CELL for no bytes at all. */
export type CellRef = number;
export const NO_CELL: CellRef = -1;

// A reference counts units of 8 bytes: 15 bits of region, 4 of page, 13 within the page.
const UNIT_SHIFT = 3;
const PAGE_BITS = 13;
const REGION_BITS = 17;
const REGION_MASK = (1 << REGION_BITS) - 1;
const PAGE_BYTES = 1 << (PAGE_BITS + UNIT_SHIFT);
const REGION_BYTES = 1 << (REGION_BITS + UNIT_SHIFT);
const PAGES_PER_REGION = 1 << (REGION_BITS - PAGE_BITS);
// The very last one would collide with NO_CELL.
const REGION_COUNT_MAX = 2 ** 15 - 1;
const SMALL_MAX = 128;
const SMALL_CLASSES = SMALL_MAX >> UNIT_SHIFT;
/** The largest cell in a page of 64 KiB. */
const PAGED_MAX = 8192;
/** The largest cell that shares its region with others. */
const SHARED_MAX = 262144;
const CLASS_COUNT = classOf(SHARED_MAX) + 1;
const NOT_OPEN = -1;

interface Page {
  /** The first page's number, for a page of several. */
  readonly id: number;
  readonly bytes: Buffer;
  /** Of the page within its region. */
  readonly start: number;
  readonly size: number;
  /** Undefined: one cell with a region of its own. */
  readonly sizeClass: number | undefined;
  readonly cellBytes: number;
  used: number;
  /** Offset in the region of the first freed cell, which holds the offset of the next; -1 at the end. */
  freeHead: number;
  /** Bytes from `start` that were handed out at least once. */
  fresh: number;
  /** Place in its class's list of pages with room, or NOT_OPEN. */
  openAt: number;
}

export class Slab {
  readonly #regions: (Buffer | undefined)[] = [];
  /** By page number; a page of a whole region stands under each of its numbers. */
  readonly #pages: (Page | undefined)[] = [];
  readonly #open: Page[][] = Array.from({ length: CLASS_COUNT }, () => []);
  #freePages: number[] = [];
  readonly #freeRegionIds: number[] = [];
  /** Pages in use, by region. */
  readonly #usedPages: number[] = [];
  #bytesHeld = 0;

  /** Bytes of all regions. Of a region's pages that were never used, the system need not hold memory. */
  get bytesHeld(): number {
    return this.#bytesHeld;
  }

  /** @throws InvariantViolation when 2^15 regions (32 GiB, or as many cells above 256 KiB) are in use */
  allocate(size: number): CellRef {
    if (size === 0) return NO_CELL;
    if (size > SHARED_MAX) return this.#addOwnRegion(size) << REGION_BITS;
    const sizeClass = classOf(size);
    const open = this.#open[sizeClass] as Page[];
    const page = open[open.length - 1] ?? this.#addPage(sizeClass);
    const offset = takeCell(page);
    if (!hasRoom(page)) this.#close(page);
    return ((page.id >> (REGION_BITS - PAGE_BITS)) << REGION_BITS) | (offset >> UNIT_SHIFT);
  }

  free(ref: CellRef): void {
    if (ref === NO_CELL) return;
    const page = this.#pages[ref >>> PAGE_BITS] as Page;
    if (page.sizeClass === undefined) {
      this.#dropRegion(ref >>> REGION_BITS);
      return;
    }
    const offset = this.offset(ref);
    page.bytes.writeInt32LE(page.freeHead, offset);
    page.freeHead = offset;
    page.used -= 1;
    if (page.openAt === NOT_OPEN) this.#reopen(page, page.sizeClass);
    // The last page with room stays, lest a class that comes and goes pay for a page each time.
    if (page.used === 0 && (this.#open[page.sizeClass] as Page[]).length > 1) this.#dropPage(page);
  }

  /** How many bytes the cell can hold: what was asked for, or somewhat more. */
  capacity(ref: CellRef): number {
    return ref === NO_CELL ? 0 : (this.#pages[ref >>> PAGE_BITS] as Page).cellBytes;
  }

  /** The region that holds the cell, beginning at `offset(ref)`. */
  bytes(ref: CellRef): Buffer {
    return this.#regions[ref >>> REGION_BITS] as Buffer;
  }

  offset(ref: CellRef): number {
    return (ref & REGION_MASK) << UNIT_SHIFT;
  }

  #addPage(sizeClass: number): Page {
    const cellBytes = cellBytesOf(sizeClass);
    const isWhole = cellBytes > PAGED_MAX;
    const id = isWhole ? this.#addRegion(REGION_BYTES) * PAGES_PER_REGION : this.#takePageId();
    const region = Math.floor(id / PAGES_PER_REGION);
    const page: Page = {
      id,
      bytes: this.#regions[region] as Buffer,
      start: (id % PAGES_PER_REGION) * PAGE_BYTES,
      size: isWhole ? REGION_BYTES : PAGE_BYTES,
      sizeClass,
      cellBytes,
      used: 0,
      freeHead: -1,
      fresh: 0,
      openAt: NOT_OPEN,
    };
    const count = isWhole ? PAGES_PER_REGION : 1;
    for (let at = id; at < id + count; at++) this.#pages[at] = page;
    this.#usedPages[region] = (this.#usedPages[region] ?? 0) + count;
    this.#reopen(page, sizeClass);
    return page;
  }

  #dropPage(page: Page): void {
    this.#close(page);
    const region = Math.floor(page.id / PAGES_PER_REGION);
    const count = page.size / PAGE_BYTES;
    for (let id = page.id; id < page.id + count; id++) {
      this.#pages[id] = undefined;
      this.#freePages.push(id);
    }
    const used = (this.#usedPages[region] ?? 0) - count;
    this.#usedPages[region] = used;
    if (used > 0) return;
    this.#freePages = this.#freePages.filter((id) => Math.floor(id / PAGES_PER_REGION) !== region);
    this.#dropRegion(region);
  }

  #takePageId(): number {
    if (this.#freePages.length === 0) {
      const first = this.#addRegion(REGION_BYTES) * PAGES_PER_REGION;
      for (let id = first + PAGES_PER_REGION - 1; id >= first; id--) this.#freePages.push(id);
    }
    return this.#freePages.pop() as number;
  }

  #addOwnRegion(size: number): number {
    const region = this.#addRegion(size);
    const id = region * PAGES_PER_REGION;
    const bytes = this.#regions[region] as Buffer;
    const whole = { start: 0, size, cellBytes: size, used: 1, freeHead: -1, fresh: size, openAt: NOT_OPEN };
    this.#pages[id] = { id, bytes, sizeClass: undefined, ...whole };
    return region;
  }

  #addRegion(size: number): number {
    const region = this.#freeRegionIds.pop() ?? this.#regions.length;
    invariant(region < REGION_COUNT_MAX, 'the slab has a region left', { region, bytesHeld: this.#bytesHeld });
    this.#regions[region] = Buffer.allocUnsafeSlow(size);
    this.#bytesHeld += size;
    return region;
  }

  #dropRegion(region: number): void {
    this.#bytesHeld -= (this.#regions[region] as Buffer).length;
    this.#regions[region] = undefined;
    this.#pages[region * PAGES_PER_REGION] = undefined;
    this.#freeRegionIds.push(region);
  }

  #reopen(page: Page, sizeClass: number): void {
    const open = this.#open[sizeClass] as Page[];
    page.openAt = open.length;
    open.push(page);
  }

  #close(page: Page): void {
    const open = this.#open[page.sizeClass as number] as Page[];
    const last = open.pop() as Page;
    if (last !== page) {
      open[page.openAt] = last;
      last.openAt = page.openAt;
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
  return page.start + page.fresh - page.cellBytes;
}

function hasRoom(page: Page): boolean {
  return page.freeHead >= 0 || page.fresh + page.cellBytes <= page.size;
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
