import type { Assignment } from '../domain/assignment.ts';
import type { BillingConnection, OrderedService } from '../domain/billing.ts';
import type { Effect } from '../domain/effect.ts';
import type { AuditEntry, Outcome } from '../domain/outcome.ts';
import type { PlanChange } from '../domain/plan-change.ts';
import { customerPlanState, queuedText } from '../domain/customer-plan.ts';
import { ASSIGN_PROCEDURE, procedureValues, type ProcedureCall } from '../domain/procedure.ts';
import type { DeviceState, RowError } from '../domain/result.ts';
import type { Steps } from '../domain/step.ts';

/** LogEntryDescription of rows that were refused, or had nothing to do. */
export const ASSIGNMENT_PREFLIGHT = 'AMOP Customer Assignment: Pre-flight Check';

export interface AssignmentCollaborators {
  /** Null when nothing is ordered at billing. */
  readonly billing: BillingConnection | null;
  readonly changePlan: (change: PlanChange, steps: Steps) => Promise<Outcome>;
  /** Whether the operator's database makes the association by a procedure of its own. */
  readonly byProcedure: boolean;
}

/**
 * Gives a device to another customer: the service line at billing (when asked for), then the association with customer
 * plan and pool, then (when asked for) the carrier plan. A carrier plan that fails leaves the customer assigned.
 */
export async function assignCustomer(change: Assignment, steps: Steps, collaborators: AssignmentCollaborators): Promise<Outcome> {
  const { billing, changePlan, byProcedure } = collaborators;
  const isAssigned = steps.earlier('customer assigned').length > 0;
  const ordered = isAssigned ? null : await order(change, steps, billing);
  if (ordered?.failure != null) return failed(ordered.failure, ordered);
  if (byProcedure && !isAssigned) {
    const tried = await steps.tryProcedure('associate', procedureCall(change, ordered?.effects ?? []));
    // The next attempt comes by the service line again and tells of it then.
    if (!tried.ok) return failed(tried.error, { effects: ordered?.effects ?? [], audit: [] });
  }
  const assigned: Pick<Outcome, 'effects' | 'audit'> = isAssigned
    ? { effects: [], audit: [] }
    : {
        effects: [...(ordered?.effects ?? []), ...(byProcedure ? [] : association(change, ordered)), ...planEffects(change)],
        audit: [...(ordered?.audit ?? []), ...(byProcedure ? [] : [associationAudit(change)]), ...planAudit(change)],
      };
  const after = wanted(change);
  if (change.carrierPlan === null) {
    if (ordered !== null || !isAlready(change)) {
      const queued = queuedText(change);
      return { status: 'APPLIED', message: queued === null ? 'OK' : `OK; ${queued}`, error: null, after, ...assigned };
    }
    const audit = [{ description: ASSIGNMENT_PREFLIGHT, request: JSON.stringify(after), response: 'already assigned', hasErrors: false }];
    return { status: 'NOOP', message: 'already assigned', error: null, after, effects: assigned.effects, audit };
  }
  // Read by the next attempt, which then does the rest only.
  await steps.remember('customer assigned', () => Promise.resolve(true));
  const { carrierPlan } = change;
  const moved = await steps.part(lead(ordered !== null, isAssigned || byProcedure), () => changePlan(carrierPlan, steps));
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

/** What is done when the carrier plan is still to be settled: our own database is written when the row ends. */
function lead(isOrdered: boolean, isAssociated: boolean): string {
  if (isAssociated) return 'customer assigned; carrier plan: ';
  return isOrdered ? 'customer assigned at billing; carrier plan: ' : '';
}

function failed(failure: RowError, { effects, audit }: Pick<Outcome, 'effects' | 'audit'>): Outcome {
  return { status: 'FAILED', message: failure.message, error: failure, after: null, effects, audit };
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

function wanted(change: Assignment): DeviceState {
  const { rev, siteId } = change.customer;
  return { customer: rev?.customerId ?? null, siteId, ...customerPlanState(change) };
}

function procedureCall(change: Assignment, effects: readonly Effect[]): ProcedureCall {
  const { device, customer, customerPlan, carrierPlan, effectiveDate } = change;
  const accountNumber = customer.rev?.customerId ?? null;
  return {
    procedure: ASSIGN_PROCEDURE,
    audit: associationTitle(change),
    values: procedureValues(device, {
      revCustomerKey: customer.rev?.key ?? null,
      revCustomerId: accountNumber,
      siteId: customer.siteId,
      accountNumber,
      integrationAuthenticationId: customer.rev?.authenticationId ?? null,
      customerRatePlanId: customerPlan?.planId ?? null,
      customerRatePoolId: customerPlan?.poolId ?? null,
      carrierRatePlan: carrierPlan?.plan.code ?? null,
      effectiveDate,
    }),
    effects,
    wanted: { siteId: customer.siteId, accountNumber },
  };
}

function association({ device, customer }: Assignment, ordered: OrderedService | null): readonly Effect[] {
  return [
    {
      kind: 'assignment',
      portal: device.portal,
      deviceId: device.deviceId,
      tenantId: device.tenantId,
      siteId: customer.siteId,
      accountNumber: customer.rev?.customerId ?? null,
      authenticationId: customer.rev?.authenticationId ?? null,
      revServiceId: ordered?.serviceId ?? null,
      clearsRevService: customer.rev === null,
    },
  ];
}

/** Customer plan and pool, and the history of everything. */
function planEffects(change: Assignment): readonly Effect[] {
  const { device, customer, customerPlan, before } = change;
  const { portal, deviceId, tenantId, providerId, iccid, msisdn } = device;
  const where = { portal, deviceId, tenantId };
  const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value as string | number));
  const history = (field: (Effect & { kind: 'history' })['field'], from: unknown, to: unknown): readonly Effect[] => {
    if (from === to) return [];
    const texts = { field, changeType: 'CustomerAssignment', previous: text(from), current: text(to) };
    return [{ kind: 'history', ...where, providerId, iccid, msisdn, ...texts }];
  };
  const moved = history('Customer', before['customer'] ?? before['siteId'], customer.rev?.customerId ?? customer.siteId);
  if (customerPlan === null) return moved;
  const plan = { ...where, customerRatePlanId: customerPlan.planId, customerRatePoolId: customerPlan.poolId };
  // A queued plan has not changed anything yet: its history is written on its day.
  if (customerPlan.isQueued) return [...moved, { kind: 'customer-plan-queued', ...plan, effectiveDate: change.effectiveDate }];
  return [
    ...moved,
    { kind: 'customer-plan', ...plan },
    ...(customerPlan.planId === null ? [] : history('CustomerRatePlan', before['customerRatePlanId'], customerPlan.planId)),
    ...(customerPlan.poolId === null ? [] : history('CustomerRatePool', before['customerRatePoolId'], customerPlan.poolId)),
  ];
}

function associationTitle({ customer }: Assignment): string {
  return customer.rev === null ? 'AssignNonRevCustomer: Update AMOP' : 'AMOP Customer Assignment';
}

function associationAudit(change: Assignment): AuditEntry {
  const { siteId, rev } = change.customer;
  return deviceTenantAudit(change, associationTitle(change), {
    SiteId: siteId,
    ...(rev === null ? {} : { AccountNumber: rev.customerId }),
  });
}

function planAudit(change: Assignment): readonly AuditEntry[] {
  const { customerPlan, effectiveDate } = change;
  if (customerPlan === null) return [];
  const { planId, poolId, isQueued } = customerPlan;
  const when = isQueued ? { EffectiveDate: effectiveDate } : {};
  return [
    ...(planId === null ? [] : [deviceTenantAudit(change, 'AMOP Customer Rate Plan Assignment', { CustomerRatePlanId: planId, ...when })]),
    ...(poolId === null ? [] : [deviceTenantAudit(change, 'AMOP Customer Rate Pool Assignment', { CustomerRatePoolId: poolId, ...when })]),
  ];
}

function deviceTenantAudit({ device }: Assignment, description: string, values: object): AuditEntry {
  const row = { DeviceId: device.deviceId, TenantId: device.tenantId, ...values };
  return { description, request: `Device_Tenant ${JSON.stringify(row)}`, response: 'OK', hasErrors: false };
}
