import type { SimulatedLimit } from './service.ts';

/** What a call exceeded, and when the next one could be answered. */
export interface Exceeded {
  readonly text: string;
  readonly waitMs: number;
}

/** Counts the calls of one account as its owner does. */
export interface AccountLimit {
  /** Null when the call may be answered; else what it exceeded. `end` must be called when an allowed one is over. */
  begin(): Exceeded | null;
  end(): void;
  set(limit: Partial<SimulatedLimit>): void;
  readonly limit: SimulatedLimit;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
/** Starts that are kept, at least: more than any window that is limited holds. */
const KEPT_STARTS = 20_000;

/** Counts calls beside a limit, and refuses what is over it. */
export function createAccountLimit(initial: SimulatedLimit, now: () => number): AccountLimit {
  let limit = initial;
  let active = 0;
  const starts: number[] = [];

  /** How long until fewer than `most` calls began in the last `windowMs`; 0 when that is so already. */
  const waitFor = (most: number | null, windowMs: number): number => {
    if (most === null || starts.length < most) return 0;
    const oldestThatCounts = starts[starts.length - most] ?? 0;
    return Math.max(0, oldestThatCounts + windowMs - now());
  };

  const exceeded = (): Exceeded | null => {
    const { concurrency, perSecond, perMinute } = limit;
    if (concurrency !== null && active >= concurrency) return { text: `more than ${concurrency} calls at once`, waitMs: SECOND_MS };
    const secondWaitMs = waitFor(perSecond, SECOND_MS);
    if (secondWaitMs > 0) return { text: `more than ${perSecond} calls in a second`, waitMs: secondWaitMs };
    const minuteWaitMs = waitFor(perMinute, MINUTE_MS);
    return minuteWaitMs > 0 ? { text: `more than ${perMinute} calls in a minute`, waitMs: minuteWaitMs } : null;
  };

  return {
    begin: () => {
      const problem = exceeded();
      if (problem !== null) return problem;
      active += 1;
      starts.push(now());
      if (starts.length > 2 * KEPT_STARTS) starts.splice(0, starts.length - KEPT_STARTS);
      return null;
    },
    end: () => {
      active -= 1;
    },
    set: (changes) => {
      limit = { ...limit, ...changes };
    },
    get limit() {
      return limit;
    },
  };
}
