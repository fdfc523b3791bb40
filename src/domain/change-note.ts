import type { Change } from './change.ts';
import { customerPlanText, queuedText } from './customer-plan.ts';

/** What the states before and after do not say of a planned change: names of customer plan and pool, and a later day. Null when nothing. */
export function changeNote(change: Change): string | null {
  if (change.kind === 'change-rate-plan') return change.effectiveDate === null ? null : `from ${change.effectiveDate}`;
  return queuedText(change) ?? (change.customerPlan === null ? null : customerPlanText(change.customerPlan));
}
