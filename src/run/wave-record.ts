import type { Change } from '../domain/change.ts';
import type { PlanChange } from '../domain/plan-change.ts';
import type { RowStatus } from '../domain/status.ts';

/** A larger wave is read back in part, chosen at random. */
export const MOST_READ_BACK = 100;

/** What became of the rows of one wave, as far as it decides about the next. */
export interface WaveRecord {
  take(status: RowStatus, change: Change): void;
  /** Rows that are as wanted now. */
  readonly done: number;
  /** Rows that ended otherwise; nobody knows yet about `unknown` of them. */
  readonly failed: number;
  readonly unknown: number;
  /** Plan changes of applied rows that the carrier can be asked about: all, or as many as are read back. */
  readonly applied: readonly PlanChange[];
}

/** An empty record; `random` picks the applied rows that are read back. */
export function createWaveRecord(random: () => number): WaveRecord {
  const applied: PlanChange[] = [];
  let done = 0;
  let failed = 0;
  let unknown = 0;
  let seen = 0;
  const keep = (change: PlanChange): void => {
    seen += 1;
    // Reservoir sampling: every one has the same chance, with flat memory.
    const at = seen <= MOST_READ_BACK ? seen - 1 : Math.floor(random() * seen);
    if (at < MOST_READ_BACK) applied[at] = change;
  };
  return {
    take: (status, change) => {
      if (status === 'ACCEPTED' || status === 'NOT_STARTED') return;
      if (status !== 'APPLIED' && status !== 'NOOP') {
        failed += 1;
        if (status === 'UNKNOWN') unknown += 1;
        return;
      }
      done += 1;
      const plan = change.kind === 'change-rate-plan' ? change : change.carrierPlan;
      // A change with a date does not show before its day.
      if (status === 'APPLIED' && plan !== null && plan.effectiveDate === null) keep(plan);
    },
    get done() {
      return done;
    },
    get failed() {
      return failed;
    },
    get unknown() {
      return unknown;
    },
    applied,
  };
}
