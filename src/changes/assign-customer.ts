import type { Assignment } from '../domain/assignment.ts';
import type { BillingConnection, OrderedService } from '../domain/billing.ts';
import type { Effect } from '../domain/effect.ts';
import type { AuditEntry, Outcome } from '../domain/outcome.ts';
import type { PlanChange } from '../domain/plan-change.ts';
import type { DeviceState } from '../domain/result.ts';
import type { Steps } from '../domain/step.ts';

/** LogEntryDescription of rows that were refused, or had nothing to do. */
export const ASSIGNMENT_PREFLIGHT = 'AMOP Customer Assignment: Pre-flight Check';

export interface AssignmentCollaborators {
  /** Null when nothing is ordered at billing. */
  readonly billing: BillingConnection | null;
  readonly changePlan: (change: PlanChange, steps: Steps) => Promise<Outcome>;
}

/**
 * Gives a device to another customer: the service line at billing (when asked for), then the association with customer
 * plan and pool, then (when asked for) the carrier plan. A carrier plan that fails leaves the customer assigned.
 */
export async function assignCustomer(change: Assignment, steps: Steps, { billing, changePlan }: AssignmentCollaborators): Promise<Outcome> {
  const isAssigned = steps.earlier('customer assigned').length > 0;
  const ordered = isAssigned ? null : await order(change, steps, billing);
  if (ordered?.failure != null) {
    const { failure, effects, audit } = ordered;
    return { status: 'FAILED', message: failure.message, error: failure, after: null, effects, audit };
  }
  const assigned: Pick<Outcome, 'effects' | 'audit'> = isAssigned
    ? { effects: [], audit: [] }
    : {
        effects: [...(ordered?.effects ?? []), ...assignmentEffects(change, ordered)],
        audit: [...(ordered?.audit ?? []), ...assignmentAudit(change)],
      };
  const after = wanted(change);
  if (change.carrierPlan === null) {
    if (ordered !== null || !isAlready(change)) return { status: 'APPLIED', message: 'OK', error: null, after, ...assigned };
    const audit = [{ description: ASSIGNMENT_PREFLIGHT, request: JSON.stringify(after), response: 'already assigned', hasErrors: false }];
    return { status: 'NOOP', message: 'already assigned', error: null, after, effects: assigned.effects, audit };
  }
  // Read by the next attempt, which then does the rest only.
  await steps.remember('customer assigned', () => Promise.resolve(true));
  const { carrierPlan } = change;
  const moved = await steps.part(() => changePlan(carrierPlan, steps));
  const outcome = { effects: [...assigned.effects, ...moved.effects], audit: [...assigned.audit, ...moved.audit] };
  if (moved.status === 'APPLIED' || moved.status === 'NOOP') {
    return { ...outcome, status: 'APPLIED', message: moved.message, error: null, after: { ...after, ...moved.after } };
  }
  const message = `${moved.message}. customer assigned; carrier plan not changed`;
  return {
    ...outcome,
    status: 'FAILED',
    message,
    error: moved.error === null ? null : { ...moved.error, message, hint: 'pond-bulk retry does only the rest' },
    after,
  };
}

async function order(change: Assignment, steps: Steps, billing: BillingConnection | null): Promise<OrderedService | null> {
  const { service, customer } = change;
  if (service === null || customer.rev === null) return null;
  if (billing === null) throw new Error(`${change.device.iccid}: a service line is ordered, and there is no billing connection`);
  return billing.orderService(change, service, customer.rev, steps);
}

/** Whether the database had everything as wanted when the change was planned. */
function isAlready(change: Assignment): boolean {
  return (
    change.service === null &&
    Object.entries(wanted(change)).every(([name, value]) => change.before[name] === value) &&
    change.customerPlan?.isQueued !== true
  );
}

function wanted({ customer, customerPlan }: Assignment): DeviceState {
  return {
    customer: customer.rev?.customerId ?? null,
    siteId: customer.siteId,
    ...(customerPlan === null || customerPlan.planId === null ? {} : { customerRatePlanId: customerPlan.planId }),
    ...(customerPlan === null || customerPlan.poolId === null ? {} : { customerRatePoolId: customerPlan.poolId }),
  };
}

function assignmentEffects(change: Assignment, ordered: OrderedService | null): readonly Effect[] {
  const { device, customer, customerPlan, before } = change;
  const { portal, deviceId, tenantId, providerId, iccid, msisdn } = device;
  const where = { portal, deviceId, tenantId };
  const history = (field: (Effect & { kind: 'history' })['field'], previous: unknown, current: unknown): readonly Effect[] => {
    if (previous === current) return [];
    const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value as string | number));
    return [
      {
        kind: 'history',
        ...where,
        providerId,
        iccid,
        msisdn,
        field,
        changeType: 'CustomerAssignment',
        previous: text(previous),
        current: text(current),
      },
    ];
  };
  const effects: Effect[] = [
    {
      kind: 'assignment',
      ...where,
      siteId: customer.siteId,
      accountNumber: customer.rev?.customerId ?? null,
      authenticationId: customer.rev?.authenticationId ?? null,
      revServiceId: ordered?.serviceId ?? null,
      clearsRevService: customer.rev === null,
    },
    ...history('Customer', before['customer'] ?? before['siteId'], customer.rev?.customerId ?? customer.siteId),
  ];
  if (customerPlan === null) return effects;
  const plan = { ...where, customerRatePlanId: customerPlan.planId, customerRatePoolId: customerPlan.poolId };
  // A queued plan has not changed anything yet: its history is written on its day.
  if (customerPlan.isQueued) return [...effects, { kind: 'customer-plan-queued', ...plan, effectiveDate: change.effectiveDate }];
  return [
    ...effects,
    { kind: 'customer-plan', ...plan },
    ...(customerPlan.planId === null ? [] : history('CustomerRatePlan', before['customerRatePlanId'], customerPlan.planId)),
    ...(customerPlan.poolId === null ? [] : history('CustomerRatePool', before['customerRatePoolId'], customerPlan.poolId)),
  ];
}

function assignmentAudit({ device, customer, customerPlan, effectiveDate }: Assignment): readonly AuditEntry[] {
  const entry = (description: string, values: object): AuditEntry => ({
    description,
    request: `Device_Tenant ${JSON.stringify({ DeviceId: device.deviceId, TenantId: device.tenantId, ...values })}`,
    response: 'OK',
    hasErrors: false,
  });
  const association =
    customer.rev === null
      ? entry('AssignNonRevCustomer: Update AMOP', { SiteId: customer.siteId })
      : entry('AMOP Customer Assignment', { SiteId: customer.siteId, AccountNumber: customer.rev.customerId });
  const when = customerPlan?.isQueued === true ? { EffectiveDate: effectiveDate } : {};
  return [
    association,
    ...(customerPlan === null || customerPlan.planId === null
      ? []
      : [entry('AMOP Customer Rate Plan Assignment', { CustomerRatePlanId: customerPlan.planId, ...when })]),
    ...(customerPlan === null || customerPlan.poolId === null
      ? []
      : [entry('AMOP Customer Rate Pool Assignment', { CustomerRatePoolId: customerPlan.poolId, ...when })]),
  ];
}
