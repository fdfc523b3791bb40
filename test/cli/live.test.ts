import { expect, test } from 'vitest';

import { createLive } from '../../src/cli/live.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import { rowObject } from '../../src/cli/render/result-json.ts';
import { sampleRow } from './sample-result.ts';
import { fakeTerminal } from './streams.ts';

/** The last progress line after `finished` of `rows` rows, one every `stepMs`; `before` were done by an earlier start. */
function progressAfter({
  finished,
  rows,
  stepMs,
  before = 0,
}: {
  finished: number;
  rows: number;
  stepMs: number;
  before?: number;
}): string {
  let clock = 0;
  const { terminal, noted } = fakeTerminal({ now: () => clock });
  const live = createLive('table', terminal, () => clock);
  live.begin('run', rows, before);
  for (let index = 0; index < finished; index += 1) {
    clock += stepMs;
    const event: RunEvent = { type: 'row.result', ...rowObject(sampleRow('APPLIED', index)) };
    live.emit(event);
  }
  return noted().trim().split('\n').at(-1) ?? '';
}

test.each([
  [{ finished: 30, rows: 100, stepMs: 1000 }, '30 of 100 rows, 1/s, 70 s left'],
  [{ finished: 30, rows: 1000, stepMs: 1000 }, '30 of 1000 rows, 1/s, 17 min left'],
  [{ finished: 30, rows: 10_000, stepMs: 1000 }, '30 of 10000 rows, 1/s, 2 h 47 min left'],
  [{ finished: 30, rows: 500, stepMs: 1000, before: 400 }, '430 of 500 rows, 1/s, 70 s left'],
  [{ finished: 30, rows: 30, stepMs: 1000 }, '30 of 30 rows, 1/s'],
  [{ finished: 10, rows: 100, stepMs: 3000 }, '10 of 100 rows, 0.3/s'],
])('progress tells rows, pace and the time left by that pace: %j', (run, line) => {
  expect(progressAfter(run)).toBe(line);
});
