import type { CarrierPlan, PlanChange } from './plan-change.ts';
import type { DeviceState, Drift } from './result.ts';
import { differencesFromPlan } from './shown-plan.ts';

/** A finished row that set a carrier plan, beside what the database holds now. */
export interface ChangedPlan {
  readonly rowId: string;
  readonly bulkChangeId: string;
  readonly line: number;
  readonly iccid: string;
  readonly change: PlanChange;
  /** What the row wrote: the plan, and the communication plan when that was changed too. */
  readonly wrote: DeviceState;
  /** Null when the device is archived or gone. */
  readonly database: DeviceState | null;
}

type Compared = Pick<Drift, 'carrier' | 'differs' | 'fix' | 'message'>;

/**
 * Compares what a row wrote with what the carrier shows (null: nobody can be asked) and the database holds; null when all agree.
 * Only one kind of drift is safe to write: the carrier still has what the run wrote, so that it is the database that was left behind.
 */
export function driftOf(changed: ChangedPlan, shown: DeviceState | null, plans: readonly CarrierPlan[]): Compared | null {
  const { change, wrote, database } = changed;
  const inDatabase = database !== null && Object.keys(wrote).every((name) => database[name] === wrote[name]);
  if (shown === null) return inDatabase ? null : unread('the carrier does not show its plan');
  const atCarrier = differencesFromPlan(change, shown).length === 0;
  if (atCarrier && inDatabase) return null;
  const carrier = atCarrier ? wrote : withPlanCode(shown, [change.plan, ...plans]);
  if (database === null)
    return { carrier, differs: atCarrier ? 'database' : 'both', fix: 'no', message: 'archived or gone in the database' };
  if (atCarrier) return { carrier, differs: 'database', fix: 'safe', message: 'safe to write to the database with --fix' };
  return inDatabase
    ? { carrier, differs: 'carrier', fix: 'no', message: 'changed at the carrier by somebody else' }
    : { carrier, differs: 'both', fix: 'no', message: 'changed by somebody else since' };
}

/** A carrier that could not be asked says nothing, and nothing is written. */
export function unread(message: string): Compared {
  return { carrier: null, differs: 'unread', fix: 'no', message: `not compared: ${message}` };
}

/** Carriers name plans in their own way: by package type, by UUID. */
function withPlanCode(shown: DeviceState, plans: readonly CarrierPlan[]): DeviceState {
  const { packageTypeId, planUuid, ...others } = shown;
  const code = plans.find(
    (plan) =>
      (packageTypeId != null && plan.packageTypeId === packageTypeId) ||
      (planUuid != null && plan.planUuid?.toLowerCase() === String(planUuid).toLowerCase()),
  )?.code;
  return code === undefined ? shown : { plan: code, ...others };
}
