import { expect, test } from 'vitest';

import { LineSet } from '../../src/run/line-set.ts';

test('has the lines that were added and no other, however far apart', () => {
  const lines = [2, 3, 8, 9, 8191, 8192, 8193, 1_000_001, 12_000_000];
  const set = new LineSet();

  for (const line of lines) set.add(line);

  for (const line of lines) {
    const around = [line - 1, line, line + 1];
    expect(around.filter((each) => set.has(each))).toEqual(around.filter((each) => lines.includes(each)));
  }
  expect([0, 1, 13_000_000, 2 ** 31].filter((line) => set.has(line))).toEqual([]);
});
