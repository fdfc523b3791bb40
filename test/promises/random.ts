/** Random choices that come again with the same seed. */
export interface Random {
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  pick<T>(from: readonly T[]): T;
  /** `count` different ones, in random order. */
  sample<T>(from: readonly T[], count: number): readonly T[];
}

/** The seed of random tests: `POND_BULK_TEST_SEED` repeats an earlier run, whose tests have it in their names. */
export const SEED = Number(process.env['POND_BULK_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** mulberry32: 32 bits of state are plenty for a test. */
export function randomOf(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    int,
    pick: (from) => {
      const picked = from[int(0, from.length - 1)];
      if (picked === undefined) throw new Error('There is nothing to pick from');
      return picked;
    },
    sample: (from, count) =>
      from
        .map((value) => ({ value, order: next() }))
        .toSorted((a, b) => a.order - b.order)
        .slice(0, count)
        .map(({ value }) => value),
  };
}
