import type { Clock } from '../src/domain/clock.ts';

/** A clock that jumps: sleeping takes no real time, and time passes only by sleeping or by `pass`. */
export function createFakeClock(startMs = 1_000_000): Clock & { pass(ms: number): void } {
  let now = startMs;
  return {
    now: () => now,
    random: () => 0.5,
    pass: (ms) => {
      now += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      await Promise.resolve();
      now += ms;
    },
  };
}
