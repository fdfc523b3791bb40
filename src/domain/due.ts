import type { Portal } from './effect.ts';
import type { NamedId, Provider } from './facts.ts';
import type { DeviceState } from './result.ts';

/** A queued customer plan change whose day has come, beside its device. */
export interface DueChange {
  /** Device_CustomerRatePlanOrRatePool_Queue.Id. */
  readonly queueId: number;
  readonly portal: Portal;
  readonly deviceId: number;
  readonly iccid: string;
  readonly msisdn: string | null;
  readonly providerId: number;
  /** `yyyy-MM-dd`, a UTC day. */
  readonly effectiveDate: string;
  /** Null leaves it as it is. */
  readonly customerRatePlanId: number | null;
  readonly customerRatePoolId: number | null;
  readonly isArchived: boolean;
  /** What the device has now; null when it is not this tenant's any more. */
  readonly before: DeviceState | null;
}

/** A due change as a row of a run: its number, and its cells for the results. */
export interface DueRow extends DueChange {
  readonly line: number;
  readonly cells: readonly string[];
}

/** What the rules need beside the change. */
export interface DueRules {
  readonly providers: ReadonlyMap<number, Provider>;
  /** Those of the tenant that are in use. */
  readonly plans: readonly NamedId[];
  readonly pools: readonly NamedId[];
}

/** Why a due change stays in the queue. */
export interface DueRefusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Judges a due change by the rules of assignments; null when it may be made. A refused one stays in the queue: nothing is lost. */
export function refusalOfDue(due: DueChange, { providers, plans, pools }: DueRules): DueRefusal | null {
  const refused = (code: string, message: string): DueRefusal => ({ code, message, hint: 'it stays in the queue' });
  if (due.isArchived) return refused('DEVICE_ARCHIVED', `${due.portal} Device is archived`);
  if (due.before === null) return refused('INVALID_ICCID', 'Invalid ICCID');
  const { customerRatePlanId: plan, customerRatePoolId: pool } = due;
  if (plan !== null && !plans.some(({ id }) => id === plan))
    return refused('CUSTOMER_RATE_PLAN_NOT_FOUND', `Customer rate plan '${plan}' does not exist`);
  if (pool !== null && !pools.some(({ id }) => id === pool))
    return refused('CUSTOMER_RATE_POOL_NOT_FOUND', `Customer rate pool '${pool}' does not exist`);
  if (providers.get(due.providerId)?.writeIsEnabled === false)
    return refused('WRITES_DISABLED', 'Writes disabled for this service provider');
  return null;
}

/** What a device has once the change is made. */
export function afterDue({ customerRatePlanId, customerRatePoolId }: DueChange, before: DeviceState): DeviceState {
  return {
    ...before,
    ...(customerRatePlanId === null ? {} : { customerRatePlanId }),
    ...(customerRatePoolId === null ? {} : { customerRatePoolId }),
  };
}

/** Whether it changes nothing. */
export function isNoop(due: DueChange, before: DeviceState): boolean {
  return Object.entries(afterDue(due, before)).every(([name, value]) => before[name] === value);
}
