import type { Assignment } from './assignment.ts';
import type { Change } from './change.ts';
import type { Refused } from './refusal.ts';
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

/** Why a rollback leaves a row alone whose customer plan is not in the queue any more. */
export function notWaiting(effectiveDate: string): Refused {
  return {
    code: 'NOT_QUEUED',
    message: `The customer plan queued for ${effectiveDate} is not in the queue any more: it was made, or taken out`,
    hint: 'assign-customer gives the device the customer and plan that it is to have',
  };
}
