import { describe, expect, test } from 'vitest';

import { newWaves, nextWave, shareOut, wavesFrom, wavesInWords, waveTotals, type WaveEnd } from '../../src/run/waves.ts';
import { randomOf, SEED, type Random } from '../promises/random.ts';

const END: readonly WaveEnd[] = [{ rows: 1 }, { rows: 10 }, { percent: 10 }, { percent: 100 }];

test.each([
  [1000, [1, 10, 100, 1000]],
  [50, [1, 10, 50]],
  [5, [1, 5]],
  [1, [1]],
  [0, []],
] as const)('1,10,10%%,100%% of %i rows end at %j', (rows, totals) => {
  expect(waveTotals({ ends: END, rows })).toEqual(totals);
});

test('the last wave has all rows, whether it is asked for or not', () => {
  expect(waveTotals({ ends: [{ rows: 2 }], rows: 7 })).toEqual([2, 7]);
});

test('percents are exact where binary fractions are not', () => {
  expect(waveTotals({ ends: [{ percent: 0.1 }], rows: 3000 })).toEqual([3, 3000]);
});

test('a wave that was broken off is completed before the next', () => {
  const waves = { ends: END, rows: 1000 };

  expect(nextWave(waves, 1000)).toEqual({ n: 1, of: 4, rows: 1, left: 999 });
  expect(nextWave(waves, 993)).toEqual({ n: 2, of: 4, rows: 3, left: 990 });
  expect(nextWave(waves, 990)).toEqual({ n: 3, of: 4, rows: 90, left: 900 });
  expect(nextWave(waves, 0)).toBeNull();
});

test('waves go on with the same bulk changes, and begin anew with others or when more rows are open than before', () => {
  const begun = wavesFrom(newWaves(END), ['1', '2'], 100);

  expect(begun.rows).toBe(100);
  expect(wavesFrom(begun, ['1', '2'], 40)).toEqual(begun);
  expect(wavesFrom(begun, ['2'], 40)).toEqual({ ...begun, bulkChangeIds: ['2'], rows: 40 });
  expect(wavesFrom(begun, ['1', '2'], 120)).toEqual({ ...begun, rows: 120 });
});

test('the waves that are left are told in words', () => {
  expect(wavesInWords({ ends: END, rows: 1000 }, 1000)).toBe('In 4 waves: 1, then 9, then 90, then 900 rows');
  expect(wavesInWords({ ends: END, rows: 1000 }, 993)).toBe('In 3 waves: 3, then 90, then 900 rows');
});

describe(`on random runs of seed ${SEED}`, () => {
  const open = (random: Random): ReadonlyMap<string, number> =>
    new Map(Array.from({ length: random.int(1, 8) }, (_, id) => [String(id), random.int(0, random.pick([3, 50, 5000]))]));
  const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

  test.each(Array.from({ length: 100 }, (_, n) => n))('a wave is shared out whole, and nobody gives more than there is: %i', (n) => {
    const random = randomOf(SEED + n);
    const counts = open(random);
    const total = sum(counts.values());
    const rows = random.int(0, total);

    const shares = shareOut(rows, counts);

    const some = [...counts].filter(([, count]) => count > 0);
    expect(sum(shares.values())).toBe(rows);
    for (const [id, share] of shares) expect(share).toBeLessThanOrEqual(counts.get(id) ?? 0);
    expect([...shares.values()].filter((share) => share > 0).length).toBeGreaterThanOrEqual(Math.min(rows, some.length));
  });

  test.each(Array.from({ length: 100 }, (_, n) => n))('the waves of a run are all its rows, once: %i', (n) => {
    const random = randomOf(SEED + n);
    const rows = random.int(1, 3000);
    const ends = Array.from({ length: random.int(1, 5) }, () =>
      random.pick([{ rows: random.int(1, 500) }, { percent: random.int(1, 100) }]),
    );

    const sizes: number[] = [];
    for (let left = rows, wave = nextWave({ ends, rows }, left); wave !== null; wave = nextWave({ ends, rows }, left)) {
      sizes.push(wave.rows);
      left -= wave.rows;
    }

    expect(sum(sizes)).toBe(rows);
    expect(sizes).toHaveLength(waveTotals({ ends, rows }).length);
  });
});
