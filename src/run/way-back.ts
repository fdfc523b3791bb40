import type { Assignment, Undoing } from '../domain/assignment.ts';
import { notWaiting } from '../domain/customer-plan.ts';
import type { DoneRow } from '../domain/done-row.ts';
import type { RowValues } from '../domain/list-row.ts';
import type { PlanChange } from '../domain/plan-change.ts';
import type { DeviceState, RowResult } from '../domain/result.ts';
import type { RunInfo } from '../domain/run-store.ts';
import type { QueuedChange } from './due-store.ts';
import type { Refusal } from './expectation.ts';

/** What a row's way back depends on beside the row. */
export interface Surroundings {
  readonly run: RunInfo;
  /** `yyyy-MM-dd`, UTC. */
  readonly today: string;
  /** What was queued since the run began, for its devices. */
  readonly queued: readonly QueuedChange[];
}

/** What leads back to what a device had before, or why nothing does. */
export type WayBack = Back | { readonly refusal: Refusal };

interface Back {
  readonly values: RowValues;
  /** What the values must lead to: names may mean something else by now. */
  readonly after: DeviceState;
  readonly undoing?: Undoing;
}

/** Null for a row that changed nothing. */
export function wayBack(row: DoneRow, surroundings: Surroundings): WayBack | null {
  const { result, change } = row;
  const unsettled = notSettled(row, surroundings);
  if (unsettled !== null) return unsettled;
  if (result.status !== 'APPLIED' && !isWithoutPlan(row)) return null;
  const before = result.before ?? {};
  const after = result.after ?? {};
  if (change?.kind !== 'assign-customer') return scheduled(result, change, surroundings) ?? planBefore(before, after);
  const back = assignedBefore(before, after);
  return 'refusal' in back ? back : withUndoing(back, change, result, surroundings);
}

/** An assignment whose carrier plan failed, and left nothing: what it has done is as settled as that of others. */
function isWithoutPlan({ result, wasSent }: DoneRow): boolean {
  return result.status === 'FAILED' && result.after !== null && !wasSent;
}

/** A row that did something, or may have, and is not at its end. */
function notSettled(row: DoneRow, { run }: Surroundings): WayBack | null {
  const { status, message } = row.result;
  const refused = (text: string, how: 'resume' | 'retry' | 'explain'): WayBack => {
    const hint =
      how === 'explain' ? `pond-bulk explain ${row.result.iccid}` : `settle it first: pond-bulk ${how} ${run.id}; then roll back again`;
    return { refusal: { status: 'REJECTED', code: 'NOT_SETTLED', message: text, hint } };
  };
  if (status === 'UNKNOWN') return refused('UNKNOWN: it is not known yet what became of it', 'resume');
  if (status === 'ACCEPTED') return refused('ACCEPTED: the carrier took it and has not done it yet', 'resume');
  const isHalf = row.wasSent || row.isAssigned;
  if (!isHalf || isWithoutPlan(row)) return null;
  const how = status === 'FAILED' ? 'retry' : status === 'NOT_STARTED' ? 'resume' : 'explain';
  return refused(`${status}, and a part of it was done: ${message}`, how);
}

/** A change that its carrier only took note of: no carrier documents a way to cancel it. */
function scheduled({ bulkChangeId }: RowResult, change: PlanChange | null, { run, today }: Surroundings): WayBack | null {
  const date = change?.effectiveDate ?? null;
  if (date === null || date <= today) return null;
  const carrier = run.bulkChanges.find(({ id }) => id === bulkChangeId)?.integration ?? 'its carrier';
  const message = `Scheduled for ${date} at ${carrier}; it cannot be taken back by an API`;
  const hint = `let the carrier cancel it, or roll back from ${date} on`;
  return { refusal: { status: 'REJECTED', code: 'SCHEDULED_AT_CARRIER', message, hint } };
}

function planBefore(before: DeviceState, after: DeviceState): WayBack {
  const plan = before['plan'] ?? null;
  if (plan === null) return cannot('It had no rate plan before');
  const commPlan = before['commPlan'] ?? null;
  if (!Object.hasOwn(after, 'commPlan')) return { values: { plan: String(plan) }, after: { plan } };
  if (commPlan === null) return cannot('It had no communication plan before');
  return { values: { plan: String(plan), commPlan: String(commPlan) }, after: { plan, commPlan } };
}

function assignedBefore(before: DeviceState, after: DeviceState): WayBack {
  const customer = before['customer'] ?? null;
  const site = before['siteId'] ?? null;
  if (customer === null && site === null) return cannot('It had no customer before');
  const taken = UNTAKABLE.find(([name]) => Object.hasOwn(after, name) && (before[name] ?? null) === null);
  if (taken !== undefined) return cannot(`It had no ${taken[1]} before, and one cannot be taken away`);
  const values: { -readonly [Key in keyof RowValues]: RowValues[Key] } =
    // A customer may have several Sites.
    site === null ? { customer: String(customer) } : { site: String(site) };
  if (Object.hasOwn(after, 'customerRatePlanId')) values.customerRatePlan = String(before['customerRatePlanId']);
  if (Object.hasOwn(after, 'customerRatePoolId')) values.customerRatePool = String(before['customerRatePoolId']);
  if (Object.hasOwn(after, 'plan')) values.plan = String(before['plan']);
  if (Object.hasOwn(after, 'commPlan')) values.commPlan = String(before['commPlan']);
  const goesBack = ['customer', 'siteId', ...UNTAKABLE.flatMap(([name]) => (Object.hasOwn(after, name) ? [name] : []))];
  return { values, after: Object.fromEntries(goesBack.map((name) => [name, before[name] ?? null])) };
}

/** What an assignment can give and not take. */
const UNTAKABLE = [
  ['customerRatePlanId', 'customer rate plan'],
  ['customerRatePoolId', 'customer rate pool'],
  ['plan', 'carrier rate plan'],
  ['commPlan', 'communication plan'],
] as const;

/** What an assignment does beside the values of its row goes back too. */
function withUndoing(back: Back, change: Assignment, { before, after }: RowResult, { queued }: Surroundings): WayBack {
  if (change.service !== null && change.customer.rev !== null)
    return cannot(
      'It has a service line at Rev.io by this run, and those are not taken back',
      'disconnect it at Rev.io, then assign-customer',
    );
  if (change.undoing?.queued != null)
    return cannot('It took a queued customer plan back, which cannot be queued again', 'pond-bulk assign-customer queues it');
  const line = before?.['revServiceId'];
  const revServiceId = after?.['revServiceId'] === null && typeof line === 'number' ? line : null;
  if (change.customerPlan?.isQueued !== true) return revServiceId === null ? back : { ...back, undoing: { queued: null, revServiceId } };
  const mine = queued.find((each) => each.isWaiting && isOf(each, change));
  if (mine === undefined) return { refusal: { status: 'STALE', ...notWaiting(change.effectiveDate) } };
  const { queueId, effectiveDate, planId, poolId } = mine;
  return { ...back, undoing: { queued: { queueId, effectiveDate, planId, poolId }, revServiceId } };
}

function isOf(queued: QueuedChange, { device, customerPlan, effectiveDate }: Assignment): boolean {
  return (
    queued.portal === device.portal &&
    queued.deviceId === device.deviceId &&
    queued.effectiveDate === effectiveDate &&
    queued.planId === customerPlan?.planId &&
    queued.poolId === customerPlan.poolId
  );
}

function cannot(message: string, hint: string | null = null): WayBack {
  return { refusal: { status: 'REJECTED', code: 'CANNOT_BE_UNDONE', message, hint } };
}
