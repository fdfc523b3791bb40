import { describe, expect, test } from 'vitest';

import { createAccountLimit } from '../../../src/sandbox/simulator/account-limit.ts';

function limitAt(limit: { perSecond?: number; concurrency?: number; perMinute?: number }) {
  const clock = { ms: 1_000_000 };
  const account = createAccountLimit({ perSecond: null, concurrency: null, perMinute: null, ...limit }, () => clock.ms);
  /** A call that is over at once. */
  const call = () => {
    const exceeded = account.begin();
    if (exceeded === null) account.end();
    return exceeded;
  };
  return { account, clock, call };
}

describe('P5: the simulated limits', () => {
  test('at most n calls in any sliding second, not in any calendar second', () => {
    const { clock, call } = limitAt({ perSecond: 2 });

    clock.ms += 900;
    const first = [call(), call()];
    clock.ms += 200;
    const tooEarly = call();
    clock.ms += 800;
    const again = call();

    expect(first).toEqual([null, null]);
    expect(tooEarly).toEqual({ text: 'more than 2 calls in a second', waitMs: 800 });
    expect(again).toBeNull();
  });

  test('at most n calls at once; one that ended makes room', () => {
    const { account } = limitAt({ concurrency: 1 });

    const first = account.begin();
    const second = account.begin();
    account.end();

    expect([first, second?.text, account.begin()]).toEqual([null, 'more than 1 calls at once', null]);
  });

  test('a long history does not change what counts', () => {
    const { clock, call } = limitAt({ perMinute: 500 });
    let refused = 0;

    for (let n = 0; n < 50_000; n += 1) {
      clock.ms += 121;
      refused += call() === null ? 0 : 1;
    }

    expect(refused).toBe(0);
  });
});
