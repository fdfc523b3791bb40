import type { Refused } from './refusal.ts';

/** How many plan changes a carrier allows each device in a calendar month (UTC). */
export interface PlanQuota {
  readonly perMonth: number;
  /** LogEntryDescription of the audit row of a change that counts, whoever made it. */
  readonly audit: string;
  /** Name of the step that makes one: it counts as soon as it is sent. */
  readonly step: string;
}

/** The device cannot be changed while it is suspended. */
export function suspended(iccid: string): Refused {
  return { code: 'DEVICE_SUSPENDED', message: `Device ${iccid} is suspended`, hint: null };
}

/** Null while the device may be changed once more. The last change of a month is kept for a rollback, unless it is asked for. */
export function quotaUsedUp(iccid: string, used: number, { perMonth }: PlanQuota, useLastChange: boolean): Refused | null {
  if (used < perMonth - (useLastChange ? 0 : 1)) return null;
  const message = `Device ${iccid} had ${used} of ${perMonth} plan changes this month`;
  const hint = used < perMonth ? 'the last one is kept for a rollback: --use-last-change spends it' : 'the next month (UTC) has new ones';
  return { code: 'PLAN_CHANGE_QUOTA', message, hint };
}
