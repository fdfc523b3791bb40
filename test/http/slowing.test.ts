import pLimit from 'p-limit';
import { expect, test } from 'vitest';

import { createLimiter } from '../../src/http/limiter.ts';
import { createSlowing } from '../../src/http/slowing.ts';
import { createAccountLimit } from '../../src/sandbox/simulator/account-limit.ts';
import { createVirtualClock } from '../virtual-clock.ts';

/** An account whose carrier may allow less than it is set to, and callers that always have something to send. */
function busyAccount(set: { concurrency: number; perSecond: number | null }, carrier: { perSecond: number | null }) {
  const clock = createVirtualClock();
  const account = createAccountLimit({ concurrency: null, perMinute: null, ...carrier }, clock.now);
  const counts = { answered: 0, refused: 0 };
  const limiter = createLimiter(set, pLimit(64), clock, () => undefined);
  const work = async (): Promise<void> => {
    for (;;) {
      await limiter.run(async () => {
        const exceeded = account.begin();
        await clock.sleep(50);
        if (exceeded === null) account.end();
        if (exceeded === null) counts.answered += 1;
        else counts.refused += 1;
        if (exceeded !== null) limiter.pause(1000, exceeded.text);
      });
    }
  };
  for (let worker = 0; worker < 3 * set.concurrency; worker += 1) void work();
  const during = async (seconds: number) => {
    const before = { ...counts };
    await clock.pass(seconds * 1000);
    return { perSecond: (counts.answered - before.answered) / seconds, refused: counts.refused - before.refused };
  };
  return { account, limiter, during };
}

test.each([20, null])(
  'P5: set to %s a second where the carrier allows 8, most of it is used and few calls are refused',
  async (perSecond) => {
    const { during } = busyAccount({ concurrency: 4, perSecond }, { perSecond: 8 });
    await during(30);

    const later = await during(120);

    expect(later.perSecond).toBeGreaterThanOrEqual(0.75 * 8);
    expect(later.perSecond).toBeLessThanOrEqual(8);
    expect(later.refused / 120).toBeLessThanOrEqual(0.25);
  },
);

test('P5: when the carrier allows it again, at least 90 % of the rate is used a minute later', async () => {
  const { account, during } = busyAccount({ concurrency: 4, perSecond: 20 }, { perSecond: 5 });
  await during(30);

  account.set({ perSecond: 20 });
  await during(90);

  expect(await during(30)).toEqual({ perSecond: expect.toSatisfy((used: number) => used >= 18 && used <= 20), refused: 0 });
});

test('P5: one refusal slows the account for half a minute, not for longer', async () => {
  const { limiter, during } = busyAccount({ concurrency: 4, perSecond: 20 }, { perSecond: null });
  await during(10);

  limiter.pause(1000, 'too many calls');
  await during(1);
  const slow = await during(5);
  await during(24);
  const whole = await during(10);

  expect(slow.perSecond).toBeGreaterThanOrEqual(0.7 * 20);
  expect(slow.perSecond).toBeLessThanOrEqual(0.9 * 20);
  expect(whole.perSecond).toBeGreaterThanOrEqual(0.9 * 20);
});

test('an account without a rate has none again once it is back at what was too much', async () => {
  const clock = createVirtualClock();
  const slowing = createSlowing(null, clock);

  slowing.slow(10);
  const slow = slowing.perSecond();
  await clock.pass(19_000);
  const later = slowing.perSecond();
  await clock.pass(2000);

  expect([slow, later]).toEqual([8, expect.closeTo(9.9)]);
  expect(slowing.perSecond()).toBeNull();
});
