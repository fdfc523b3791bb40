import type { Clock } from '../src/domain/clock.ts';

/** Time that several actors share: it moves on when all of them sleep. */
export interface VirtualClock extends Clock {
  /** Lets everybody act until `ms` have passed. */
  pass(ms: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export function createVirtualClock(startMs = 1_000_000, random: () => number = () => 0.5): VirtualClock {
  let now = startMs;
  let sleepers: Sleeper[] = [];
  return {
    now: () => now,
    random,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const stop = (): void => {
          sleepers = sleepers.filter((each) => each !== sleeper);
          reject(signal?.reason as Error);
        };
        const wake = (): void => {
          signal?.removeEventListener('abort', stop);
          resolve();
        };
        const sleeper: Sleeper = { at: now + ms, wake };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', stop, { once: true });
      }),
    pass: async (ms) => {
      const until = now + ms;
      for (;;) {
        // Promises are settled before an immediate is called.
        await new Promise(setImmediate);
        const next = sleepers.reduce<Sleeper | null>((first, each) => (first === null || each.at < first.at ? each : first), null);
        if (next === null || next.at > until) break;
        sleepers = sleepers.filter((each) => each !== next);
        now = Math.max(now, next.at);
        next.wake();
      }
      now = until;
    },
  };
}
