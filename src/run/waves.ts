import type { StatusCounts } from '../domain/run-store.ts';

/** How far a wave goes, counted from the first row: so many rows, or so many percent of them. */
export type WaveEnd = { readonly rows: number } | { readonly percent: number };

/** Waves of a run: how far each goes, of how many rows of which bulk changes. */
export interface Waves {
  readonly ends: readonly WaveEnd[];
  readonly bulkChangeIds: readonly string[];
  /** Rows that were still to do when the first wave began. */
  readonly rows: number;
}

/** One wave: rows that are begun together. */
export interface Wave {
  /** From 1. */
  readonly n: number;
  readonly of: number;
  /** Rows to begin. */
  readonly rows: number;
  /** Rows that are left after it. */
  readonly left: number;
}

/** 0.1 % of 3,000 rows are 3, whatever binary fractions make of it. */
const ROUNDING = 1e-9;

/** How many rows are done when each wave is: growing, the last one all of them. A wave that would add nothing is left out. */
export function waveTotals({ ends, rows }: Pick<Waves, 'ends' | 'rows'>): readonly number[] {
  const totals: number[] = [];
  for (const end of [...ends, { percent: 100 }]) {
    const total = 'rows' in end ? Math.min(end.rows, rows) : Math.ceil((rows * end.percent) / 100 - ROUNDING);
    if (total > (totals.at(-1) ?? 0)) totals.push(total);
  }
  return totals;
}

/** The wave that is next when `open` rows are still to do; null when none is. One that was broken off is completed first. */
export function nextWave(waves: Pick<Waves, 'ends' | 'rows'>, open: number): Wave | null {
  const totals = waveTotals(waves);
  const done = waves.rows - open;
  const at = totals.findIndex((total) => total > done);
  const total = totals[at];
  return total === undefined ? null : { n: at + 1, of: totals.length, rows: total - done, left: waves.rows - total };
}

/** Waves that nobody has begun yet. */
export function newWaves(ends: readonly WaveEnd[]): Waves {
  return { ends, bulkChangeIds: [], rows: 0 };
}

/** The waves to go on with: those that these bulk changes are in the middle of, else the same ends from the first one. */
export function wavesFrom(begun: Waves, bulkChangeIds: readonly string[], open: number): Waves {
  const isSame = begun.bulkChangeIds.join() === bulkChangeIds.join() && begun.rows >= open;
  return isSame ? begun : { ...begun, bulkChangeIds, rows: open };
}

/**
 * Shares the rows of a wave among bulk changes by what each has left: one of each first (the largest ones, when the wave is smaller
 * than that), so that a wave tries every provider and plan; the rest in proportion.
 */
export function shareOut(rows: number, open: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const some = [...open].filter(([, count]) => count > 0);
  const firsts = new Set(
    some
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, rows)
      .map(([id]) => id),
  );
  const rest = some.map(([id, count]) => ({ id, first: firsts.has(id) ? 1 : 0, more: count - (firsts.has(id) ? 1 : 0) }));
  const total = rest.reduce((sum, { more }) => sum + more, 0);
  const toShare = Math.min(rows - firsts.size, total);
  const shares = new Map<string, number>();
  let before = 0;
  for (const { id, first, more } of rest) {
    // Differences of rounded-down sums: they add up, and none is more than there is.
    const share = total === 0 ? 0 : Math.floor((toShare * (before + more)) / total) - Math.floor((toShare * before) / total);
    before += more;
    shares.set(id, first + share);
  }
  return shares;
}

/** The waves that are left when `open` rows are still to do, for people. */
export function wavesInWords(waves: Pick<Waves, 'ends' | 'rows'>, open: number): string {
  const done = waves.rows - open;
  const ends = waveTotals(waves).filter((total) => total > done);
  const sizes = ends.map((end, at) => end - (ends[at - 1] ?? done));
  return `In ${sizes.length} wave${sizes.length === 1 ? '' : 's'}: ${sizes.join(', then ')} row${sizes.at(-1) === 1 ? '' : 's'}`;
}

/** Rows that are still to do, by bulk change. */
export function openOf(bulkChanges: readonly { readonly id: string; readonly byStatus: StatusCounts }[]): ReadonlyMap<string, number> {
  return new Map(bulkChanges.map(({ id, byStatus }) => [id, byStatus.NOT_STARTED ?? 0]));
}
