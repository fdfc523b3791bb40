import type { QueuedPlan } from '../domain/assignment.ts';
import { notWaiting } from '../domain/customer-plan.ts';
import type { Effect } from '../domain/effect.ts';
import type { AuditEntry, Outcome } from '../domain/outcome.ts';

/** What taking a customer plan out of the queue leaves in the database, and says. */
export function takeBack(queued: QueuedPlan): { readonly effect: Effect; readonly audit: AuditEntry; readonly text: string } {
  return {
    effect: { kind: 'customer-plan-unqueued', queueId: queued.queueId },
    audit: auditOf(queued, 'OK; taken out of the queue', false),
    text: `customer plan queued for ${queued.effectiveDate} taken back`,
  };
}

/** It is not in the queue any more: the customer is left as it is. `moved`: what came of the carrier plan before that was known. */
export function leftAlone(queued: QueuedPlan, moved: Outcome | null): Outcome {
  const reason = notWaiting(queued.effectiveDate);
  const message = moved === null ? reason.message : `${reason.message}. Carrier plan: ${moved.message}; the customer is left as it is`;
  return {
    status: 'STALE',
    message,
    error: { ...reason, message, class: 'input', retryable: false, http: null },
    after: moved?.after ?? null,
    effects: moved?.effects ?? [],
    audit: [...(moved?.audit ?? []), auditOf(queued, message, true)],
  };
}

function auditOf({ queueId, effectiveDate, planId, poolId }: QueuedPlan, response: string, hasErrors: boolean): AuditEntry {
  const row = { Id: queueId, CustomerRatePlanId: planId, CustomerRatePoolId: poolId, EffectiveDate: effectiveDate, IsActive: 0 };
  const description = planId === null ? 'AMOP Customer Rate Pool Assignment' : 'AMOP Customer Rate Plan Assignment';
  return { description, request: `Device_CustomerRatePlanOrRatePool_Queue ${JSON.stringify(row)}`, response, hasErrors };
}
