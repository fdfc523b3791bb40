import type { Clock } from '../domain/clock.ts';

/** The rate that is used: less than allowed for a while after the service said "too many calls". */
export interface Slowing {
  /** Calls per second now; null is no limit. */
  perSecond(): number | null;
  /** Of `used` calls in the last second some were too many. */
  slow(used: number): void;
}

/** Of what was used when it was too much. */
const DROP = 0.8;
/** At once never to less than this part of the rate: what was used may have been little for other reasons. */
const DEEPEST_DROP = 0.5;
/** Part of the whole rate that comes back each second. */
const RECOVERED_PER_SECOND = 0.01;
const LEAST_PER_SECOND = 0.1;

/** `allowed` is the account's rate; null when it has none: then what was used while it was too much is the whole to come back to. */
export function createSlowing(allowed: number | null, clock: Pick<Clock, 'now'>): Slowing {
  let lowered: { readonly from: number; readonly whole: number; readonly at: number } | null = null;
  const perSecond = (): number | null => {
    if (lowered === null) return allowed;
    const { from, whole, at } = lowered;
    const now = from + (whole * RECOVERED_PER_SECOND * (clock.now() - at)) / 1000;
    if (now < whole) return now;
    lowered = null;
    return allowed;
  };
  return {
    perSecond,
    slow: (used) => {
      const before = perSecond() ?? used;
      const whole = allowed ?? Math.max(lowered?.whole ?? 0, used);
      const from = Math.max(LEAST_PER_SECOND, before * DEEPEST_DROP, Math.min(before, used) * DROP);
      lowered = { from: Math.min(from, before), whole, at: clock.now() };
    },
  };
}
