import { type CellRef, NO_CELL, Slab } from '../../../../core/tree/slab.ts';
import { assert, suite } from '../../../support/suite.ts';
import { Choices } from './txns.ts';

const slab = suite('tree/slab', { timeoutMs: 60_000 });
const MIB = 2 ** 20;

function fill(cells: Slab, ref: CellRef, size: number, value: number): void {
  const start = cells.offset(ref);
  cells.bytes(ref).fill(value, start, start + size);
}

function holds(cells: Slab, ref: CellRef, size: number, value: number): boolean {
  const start = cells.offset(ref);
  return cells
    .bytes(ref)
    .subarray(start, start + size)
    .every((byte) => byte === value);
}

slab('a cell holds what was asked for, and not much more', () => {
  const cells = new Slab();
  for (let size = 1; size < 300_000; size = size < 2000 ? size + 1 : Math.floor(size * 1.01)) {
    const ref = cells.allocate(size);
    const waste = cells.capacity(ref) - size;
    assert.is(waste >= 0 && waste <= Math.max(7, size / 4), true, `${size} wastes ${waste}`);
    assert.is(cells.offset(ref) + cells.capacity(ref) <= cells.bytes(ref).length, true);
    cells.free(ref);
  }
});

slab('no bytes need no cell', () => {
  const cells = new Slab();
  assert.is(cells.allocate(0), NO_CELL);
  assert.is(cells.capacity(NO_CELL), 0);
  cells.free(NO_CELL);
  assert.is(cells.bytesHeld, 0);
});

slab('cells never overlap, whatever is allocated and freed', () => {
  for (let seed = 1; seed <= 3; seed++) {
    const choices = new Choices(seed);
    const cells = new Slab();
    const live: { ref: CellRef; size: number; value: number }[] = [];
    for (let step = 0; step < 20_000; step++) {
      const isGrowing = Math.floor(step / 4000) % 2 === 0;
      if (live.length === 0 || choices.below(10) < (isGrowing ? 7 : 3)) {
        const kind = choices.below(100);
        const size = 1 + choices.below(kind < 90 ? 200 : kind < 99 ? 9000 : 300_000);
        const ref = cells.allocate(size);
        fill(cells, ref, size, step & 0xff);
        live.push({ ref, size, value: step & 0xff });
        continue;
      }
      const at = choices.below(live.length);
      const last = live.pop();
      const victim = at === live.length ? last : live[at];
      if (last === undefined || victim === undefined) continue;
      if (victim !== last) live[at] = last;
      assert.is(holds(cells, victim.ref, victim.size, victim.value), true, `seed ${seed} step ${step}`);
      cells.free(victim.ref);
    }
    for (const { ref, size, value } of live) assert.is(holds(cells, ref, size, value), true);
  }
});

slab('the memory of one size serves another once it is empty', () => {
  const cells = new Slab();
  const rounds = [24, 100, 900, 5000, 24];
  let peak = 0;
  for (const size of rounds) {
    const refs = Array.from({ length: Math.floor((8 * MIB) / size) }, () => cells.allocate(size));
    peak = Math.max(peak, cells.bytesHeld);
    for (const ref of refs) cells.free(ref);
  }
  assert.is(peak < 13 * MIB, true, `${peak} bytes at the peak`);
  assert.is(cells.bytesHeld <= 4 * MIB, true, `${cells.bytesHeld} bytes at the end`);
});

slab('a cell of a region of its own gives it back at once', () => {
  const cells = new Slab();
  const refs = Array.from({ length: 5 }, () => cells.allocate(3 * MIB));
  assert.is(cells.bytesHeld, 15 * MIB);
  for (const ref of refs) cells.free(ref);
  assert.is(cells.bytesHeld, 0);
  const again = cells.allocate(3 * MIB);
  assert.is(refs.includes(again), true, 'its number is used again');
});

slab.run();
