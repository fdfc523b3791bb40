import { ASSOCIATE, CUSTOMER_ASSIGNED, serviceState, type Assignment } from '../domain/assignment.ts';
import type { BillingConnection, OrderedService } from '../domain/billing.ts';
import type { Effect } from '../domain/effect.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { PlanChange } from '../domain/plan-change.ts';
import { customerPlanState, queuedText } from '../domain/customer-plan.ts';
import { ASSIGN_PROCEDURE, procedureValues, type ProcedureCall } from '../domain/procedure.ts';
import type { DeviceState, RowError } from '../domain/result.ts';
import type { Steps } from '../domain/step.ts';
import { associationAudit, associationTitle, planAudit } from './assignment-audit.ts';
import { association, planEffects } from './assignment-effects.ts';
import { leftAlone, takeBack } from './take-back.ts';

/** LogEntryDescription of rows that were refused, or had nothing to do. */
export const ASSIGNMENT_PREFLIGHT = 'AMOP Customer Assignment: Pre-flight Check';

export interface AssignmentCollaborators {
  /** Null when nothing is ordered at billing. */
  readonly billing: BillingConnection | null;
  readonly changePlan: (change: PlanChange, steps: Steps) => Promise<Outcome>;
  /** Whether a queued customer plan is still in the queue. */
  readonly isWaiting: (queueId: number) => Promise<boolean>;
  /** Whether the operator's database makes the association by a procedure of its own. */
  readonly byProcedure: boolean;
}

/**
 * Gives a device to another customer: the service line at billing (when asked for), then the association with customer
 * plan and pool, then (when asked for) the carrier plan. A carrier plan that fails leaves the customer assigned.
 */
export async function assignCustomer(change: Assignment, steps: Steps, collaborators: AssignmentCollaborators): Promise<Outcome> {
  const { billing, changePlan, isWaiting, byProcedure } = collaborators;
  const isAssigned = steps.earlier(CUSTOMER_ASSIGNED).length > 0;
  const queued = isAssigned ? null : (change.undoing?.queued ?? null);
  // Remembered, because what was begun is gone on with; it is looked at again in the end.
  if (queued !== null && !(await steps.remember('customer plan queued', () => isWaiting(queued.queueId)))) return leftAlone(queued, null);
  const ordered = isAssigned ? null : await order(change, steps, billing);
  if (ordered?.failure != null) return failed(ordered.failure, ordered);
  if (byProcedure && !isAssigned) {
    const tried = await steps.tryProcedure(ASSOCIATE, procedureCall(change, ordered?.effects ?? []));
    // The next attempt comes by the service line again and tells of it then.
    if (!tried.ok) return failed(tried.error, { effects: ordered?.effects ?? [], audit: [] });
  }
  const moved =
    change.carrierPlan === null
      ? null
      : await movePlan(change.carrierPlan, steps, changePlan, leadOf(ordered !== null, isAssigned || byProcedure));
  if (queued !== null && !(await isWaiting(queued.queueId))) return leftAlone(queued, moved);
  const taken = queued === null ? null : takeBack(queued);
  const assigned: Pick<Outcome, 'effects' | 'audit'> = isAssigned
    ? { effects: [], audit: [] }
    : {
        effects: [
          ...(ordered?.effects ?? []),
          ...(byProcedure ? [] : association(change, ordered)),
          ...planEffects(change),
          ...(taken === null ? [] : [taken.effect]),
        ],
        audit: [
          ...(ordered?.audit ?? []),
          ...(byProcedure ? [] : [associationAudit(change, ordered)]),
          ...planAudit(change),
          ...(taken === null ? [] : [taken.audit]),
        ],
      };
  const told = taken?.text ?? queuedText(change);
  const withTold = (message: string): string => (told === null ? message : `${message}; ${told}`);
  const after = wanted(change, byProcedure);
  const isSame = ordered === null && isAlready(change, byProcedure);
  if (moved === null) {
    if (isSame) return alreadyAssigned(after, assigned.effects);
    return { status: 'APPLIED', message: withTold('OK'), error: null, after, ...assigned };
  }
  const outcome = { effects: [...assigned.effects, ...moved.effects], audit: [...assigned.audit, ...moved.audit] };
  const isMoved = moved.status === 'APPLIED';
  if (isMoved || moved.status === 'NOOP') {
    const both = { ...after, ...moved.after };
    if (!isMoved && isSame) return alreadyAssigned(both, outcome.effects);
    const message = isMoved ? moved.message : `OK; ${moved.message}`;
    return { ...outcome, status: 'APPLIED', message: taken === null ? message : withTold(message), error: null, after: both };
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

/** `lead`: what the row says first where the carrier plan is still to be settled. */
async function movePlan(plan: PlanChange, steps: Steps, changePlan: AssignmentCollaborators['changePlan'], lead: string): Promise<Outcome> {
  // Read by the next attempt, which then does the rest only.
  await steps.remember(CUSTOMER_ASSIGNED, () => Promise.resolve(true));
  return steps.part(lead, () => changePlan(plan, steps));
}

/** Nothing to do: one audit row, with the text that the portal has for it whatever the change. */
function alreadyAssigned(after: DeviceState, effects: readonly Effect[]): Outcome {
  const audit = [{ description: ASSIGNMENT_PREFLIGHT, request: JSON.stringify(after), response: 'already on plan', hasErrors: false }];
  return { status: 'NOOP', message: 'already assigned', error: null, after, effects, audit };
}

/** What is done when the carrier plan is still to be settled: our own database is written when the row ends. */
function leadOf(isOrdered: boolean, isAssociated: boolean): string {
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
function isAlready(change: Assignment, byProcedure: boolean): boolean {
  return (
    change.service === null &&
    Object.entries(wanted(change, byProcedure)).every(([name, value]) => (change.before[name] ?? null) === value) &&
    change.customerPlan?.isQueued !== true &&
    change.undoing === undefined
  );
}

/** What a procedure does about the service line is its own affair. */
function wanted(change: Assignment, byProcedure: boolean): DeviceState {
  const { customer, undoing } = change;
  const restored = undoing?.revServiceId ?? null;
  const service = byProcedure ? {} : restored === null ? serviceState(customer) : { revServiceId: restored };
  return { customer: customer.rev?.customerId ?? null, siteId: customer.siteId, ...service, ...customerPlanState(change) };
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
