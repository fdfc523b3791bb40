import type { Change } from './change.ts';
import { queuedText } from './customer-plan.ts';

/** What of a change counts from a later day, for people; null when all of it counts now. */
export function laterText(change: Change): string | null {
  if (change.kind === 'assign-customer') return queuedText(change);
  return change.effectiveDate === null ? null : `from ${change.effectiveDate}`;
}
