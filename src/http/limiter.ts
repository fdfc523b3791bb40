import pLimit, { type LimitFunction } from 'p-limit';

import type { Clock } from '../domain/clock.ts';

/** How fast one account of a carrier may be called. */
export interface Pace {
  readonly concurrency: number;
  /** Calls per second; null when the carrier has no limit of its own. */
  readonly perSecond: number | null;
}

/** Starts the calls of one account: never more at once, and never more in any second, than its pace. */
export interface Limiter {
  /** Runs `task` when a slot and a rate token are free. The slot is held during the task only. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Lets nobody on this account start before `ms` have passed. */
  pause(ms: number, reason: string): void;
}

/** The window of `perSecond`, stretched: calls that leave in one second may arrive closer together. Costs 4 % of the rate. */
const WINDOW_MS = 1040;

/** The clock's step: waiting for less would hold fast accounts to two calls a tick. */
const TICK_MS = 1;

/** A limiter for one account inside the process-wide limit `everyone` (MAX_PARALLEL_REQUESTS). */
export function createLimiter(
  pace: Pace,
  everyone: LimitFunction,
  clock: Clock,
  onPause: (waitMs: number, reason: string) => void,
): Limiter {
  const slots = pLimit(pace.concurrency);
  const gate = createGate(pace.perSecond, clock);
  return {
    pause: (ms, reason) => {
      if (gate.pause(ms)) onPause(ms, reason);
    },
    run: (task, signal) =>
      slots(async () => {
        for (;;) {
          signal?.throwIfAborted();
          const waitMs = gate.waitMs();
          if (waitMs > 0) {
            await clock.sleep(waitMs, signal);
            continue;
          }
          // The token is taken inside the process-wide slot: a call that had to queue there would start late and bunch up with the next.
          const ran = await everyone(async () => (gate.take() ? { value: await task() } : null));
          if (ran !== null) return ran.value;
        }
      }),
  };
}

interface Gate {
  waitMs(): number;
  take(): boolean;
  /** Whether the pause is longer than one already in force. */
  pause(ms: number): boolean;
}

/**
 * A start is allowed when fewer than `perSecond` starts lie in the window before it (exact), and when it keeps its
 * distance to the last ones, of which two may follow at once (smooth): Control Center forbids longer bursts.
 */
function createGate(perSecond: number | null, clock: Clock): Gate {
  const starts: number[] = [];
  const spacingMs = perSecond === null ? 0 : WINDOW_MS / perSecond;
  const inWindow = perSecond === null ? 0 : Math.max(1, Math.floor(perSecond));
  let due = 0;
  let pausedUntil = 0;
  const openAt = (): number => {
    if (perSecond === null) return pausedUntil;
    const oldest = starts.length < inWindow ? undefined : starts[starts.length - inWindow];
    const window = perSecond < 1 ? spacingMs : WINDOW_MS;
    return Math.max(pausedUntil, due - spacingMs, oldest === undefined ? 0 : oldest + window);
  };
  return {
    waitMs: () => {
      const ms = openAt() - clock.now();
      return ms < TICK_MS ? 0 : Math.ceil(ms);
    },
    take: () => {
      const now = clock.now();
      if (openAt() - now >= TICK_MS) return false;
      if (perSecond !== null) {
        due = Math.max(due, now) + spacingMs;
        starts.push(now);
        if (starts.length > inWindow * 2) starts.splice(0, starts.length - inWindow);
      }
      return true;
    },
    pause: (ms) => {
      const until = clock.now() + ms;
      if (until <= pausedUntil) return false;
      pausedUntil = until;
      return true;
    },
  };
}
