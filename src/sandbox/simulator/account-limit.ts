import type { SimulatedLimit } from './service.ts';

/** Counts the calls of one account as its owner does. */
export interface AccountLimit {
  /** Null when the call may be answered; else what it exceeded. `end` must be called when an allowed one is over. */
  begin(): string | null;
  end(): void;
  set(limit: Partial<SimulatedLimit>): void;
  readonly limit: SimulatedLimit;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

export function createAccountLimit(initial: SimulatedLimit, now: () => number): AccountLimit {
  let limit = initial;
  let active = 0;
  const starts: number[] = [];
  const inLast = (ms: number): number => {
    const from = now() - ms;
    let count = 0;
    for (let at = starts.length - 1; at >= 0 && (starts[at] ?? 0) > from; at -= 1) count += 1;
    return count;
  };
  const exceeded = (): string | null => {
    if (limit.concurrency !== null && active >= limit.concurrency) return `more than ${limit.concurrency} calls at once`;
    if (limit.perSecond !== null && inLast(SECOND_MS) >= limit.perSecond) return `more than ${limit.perSecond} calls in a second`;
    if (limit.perMinute !== null && inLast(MINUTE_MS) >= limit.perMinute) return `more than ${limit.perMinute} calls in a minute`;
    return null;
  };
  return {
    begin: () => {
      const problem = exceeded();
      if (problem !== null) return problem;
      active += 1;
      starts.push(now());
      if (starts.length > 10_000) starts.splice(0, 5000);
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
