/** Plays a sequence on all sides at once and finds where one of ours was told something else than Apache's. */
import type { Coverage } from './coverage.ts';
import type { Dialect } from './dialect.ts';
import { blurred } from './known-differences.ts';
import type { Action } from './operation.ts';
import { play, type Side } from './play.ts';

/** Sides that have lived through the same sequences before, so that even the Stat of `/` is the same. */
export interface Sides {
  readonly apache: Side;
  readonly ours: readonly Side[];
  readonly dialect: Dialect;
  /** What Apache's has told. */
  readonly coverage: Coverage;
}

export interface Difference {
  /** Which of ours was told something else. */
  readonly name: string;
  /** The action after which it showed. */
  readonly index: number;
  readonly session: number;
  readonly ours: readonly string[];
  readonly apache: readonly string[];
}

/** @param root  the znode, new to all sides, below which the actions happen */
export async function compare(sides: Sides, root: string, actions: readonly Action[]): Promise<Difference | null> {
  const [apache = [], ...others] = await Promise.all(
    [sides.apache, ...sides.ours].map((side) => play(side, root, actions)),
  );
  for (const [position, { index, session, lines }] of apache.entries()) {
    sides.coverage.add(lines);
    const expected = blurred(lines, sides.dialect);
    for (const [which, blocks] of others.entries()) {
      const told = blurred(blocks[position]?.lines ?? [], sides.dialect);
      if (told.join('\n') === expected.join('\n')) continue;
      return { name: sides.ours[which]?.name ?? '', index, session, ours: told, apache: expected };
    }
  }
  return null;
}
