import { expect, test } from 'vitest';

import { oneAhead } from '../../src/run/one-ahead.ts';

test('the next one is being made while the caller works on one, and never more', async () => {
  const told: string[] = [];
  const make = async (n: number): Promise<number> => {
    told.push(`make ${n}`);
    return Promise.resolve(n * 10);
  };

  for await (const made of oneAhead([1, 2, 3], make)) told.push(`work ${made}`);

  expect(told).toEqual(['make 1', 'make 2', 'work 10', 'make 3', 'work 20', 'work 30']);
});

test('nothing is made of nothing', async () => {
  const made: number[] = [];
  for await (const one of oneAhead([], (n: number) => Promise.resolve(n))) made.push(one);

  expect(made).toEqual([]);
});

test('an error comes in its place, behind what was made before it', async () => {
  const made: number[] = [];
  const failing = (n: number): Promise<number> => (n === 2 ? Promise.reject(new Error('two')) : Promise.resolve(n));

  await expect(
    (async () => {
      for await (const one of oneAhead([1, 2, 3], failing)) made.push(one);
    })(),
  ).rejects.toThrow('two');
  expect(made).toEqual([1]);
});

test('who leaves early waits for the one that is being made, whatever becomes of it', async () => {
  let isOver = false;
  const slow = async (n: number): Promise<number> => {
    if (n === 1) return n;
    await new Promise((resolve) => setTimeout(resolve, 20));
    isOver = true;
    throw new Error('nobody asks');
  };

  for await (const made of oneAhead([1, 2], slow)) if (made === 1) break;

  expect(isOver).toBe(true);
});
