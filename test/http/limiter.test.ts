import pLimit from 'p-limit';
import { expect, test } from 'vitest';

import { createLimiter } from '../../src/http/limiter.ts';
import { createFakeClock } from '../fake-clock.ts';

async function startsOf(perSecond: number, calls: number): Promise<number[]> {
  const clock = createFakeClock();
  const limiter = createLimiter({ concurrency: 1, perSecond }, pLimit(64), clock, () => undefined);
  const starts: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    await limiter.run(async () => {
      starts.push(clock.now());
    });
  }
  return starts;
}

test.each([1, 4, 5, 20, 100])('P5: at most %i calls start in any sliding second, and at least 90 %% of them', async (perSecond) => {
  const starts = await startsOf(perSecond, perSecond * 5);

  for (const from of starts) {
    expect(starts.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(perSecond);
  }
  const seconds = ((starts.at(-1) ?? 0) - (starts[0] ?? 0)) / 1000;
  expect((starts.length - 1) / seconds).toBeGreaterThanOrEqual(perSecond * 0.9);
});

test.each([
  [4, 2],
  [5, 2],
  [100, 11],
])('P5: of %i a second at most %i follow at once, however long nobody called', async (perSecond, most) => {
  const clock = createFakeClock();
  const limiter = createLimiter({ concurrency: 1, perSecond }, pLimit(64), clock, () => undefined);
  const from = clock.now();
  const starts: number[] = [];

  for (let call = 0; call < 20; call += 1) await limiter.run(async () => void starts.push(clock.now() - from));

  expect(starts.filter((at) => at <= 5).length).toBe(most);
});

test('P5: what a busy process missed of a high rate is caught up with, and no second has too many', async () => {
  const clock = createFakeClock();
  const limiter = createLimiter({ concurrency: 1, perSecond: 100 }, pLimit(64), clock, () => undefined);
  const starts: number[] = [];

  for (let call = 0; call < 500; call += 1) {
    await limiter.run(async () => void starts.push(clock.now()));
    if (call % 20 === 0) clock.pass(80);
  }

  const seconds = ((starts.at(-1) ?? 0) - (starts[0] ?? 0)) / 1000;
  expect(starts.length / seconds).toBeGreaterThanOrEqual(90);
  for (const from of starts) expect(starts.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(100);
});

test('a pause holds back everyone on the account, and is told once', async () => {
  const clock = createFakeClock();
  const pauses: number[] = [];
  const limiter = createLimiter({ concurrency: 2, perSecond: null }, pLimit(64), clock, (ms) => pauses.push(ms));
  const before = clock.now();

  limiter.pause(5000, 'too many calls');
  limiter.pause(1000, 'too many calls');
  const started = await limiter.run(async () => clock.now());

  expect(started - before).toBeGreaterThanOrEqual(5000);
  expect(pauses).toEqual([5000]);
});

test('an aborted caller leaves the queue with the reason', async () => {
  const limiter = createLimiter({ concurrency: 1, perSecond: null }, pLimit(64), createFakeClock(), () => undefined);

  await expect(limiter.run(async () => 'ran', AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
});
