import type { Assignment } from './assignment.ts';
import type { Change } from './change.ts';
import type { DeviceState } from './result.ts';

/** The customer plan and pool of an assignment; those that wait in the queue change nothing yet. */
export function customerPlanState({ customerPlan }: Assignment): DeviceState {
  if (customerPlan === null || customerPlan.isQueued) return {};
  const { planId, poolId } = customerPlan;
  return { ...(planId === null ? {} : { customerRatePlanId: planId }), ...(poolId === null ? {} : { customerRatePoolId: poolId }) };
}

/** What waits in the queue, for people; null when nothing does. */
export function queuedText(change: Change): string | null {
  if (change.kind !== 'assign-customer' || change.customerPlan?.isQueued !== true) return null;
  return `${customerPlanText(change.customerPlan)} from ${change.effectiveDate}`;
}

/** A customer plan, a pool, or both, by their names. */
export function customerPlanText({ planCode, poolName }: Pick<NonNullable<Assignment['customerPlan']>, 'planCode' | 'poolName'>): string {
  return `customer ${[planCode === null ? [] : `rate plan ${planCode}`, poolName === null ? [] : `pool ${poolName}`].flat().join(' and ')}`;
}
