import { expect, test } from 'vitest';

import { secondsOf } from '../../src/domain/seconds.ts';

test.each([
  [1234.567, 1.235],
  [0.003_095, 0],
  [(0.1 + 0.2) * 1000, 0.3],
])('%d ms are told to the millisecond: %d s', (ms, seconds) => {
  expect(secondsOf(ms)).toBe(seconds);
});
