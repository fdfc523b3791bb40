import { afterDue, isNoop, type DueChange, type DueRow } from './due.ts';
import type { Effect } from './effect.ts';
import type { AuditEntry } from './outcome.ts';
import type { DeviceState } from './result.ts';
import { writtenTenant } from './written-row.ts';

/** A due change as it was made: what it leaves in the database. */
export interface MadeDue {
  readonly due: DueRow;
  readonly isNoop: boolean;
  readonly before: DeviceState;
  readonly after: DeviceState;
  readonly history: readonly Effect[];
  readonly audit: readonly AuditEntry[];
}

/**
 * Makes changes in their order: of two for one device the second begins with what the first left. `held` is what devices have
 * before; throws when one is not there any more.
 */
export function makeDue(changes: readonly DueRow[], tenantId: number, held: ReadonlyMap<number, DeviceState>): readonly MadeDue[] {
  const now = new Map(held);
  return changes.map((due) => {
    const before = now.get(due.deviceId);
    if (before === undefined)
      throw new Error(`Device ${due.iccid} of queue row ${due.queueId} was taken away meanwhile; nothing was written: run it again`);
    const after = afterDue(due, before);
    now.set(due.deviceId, after);
    const history = historyOf(due, tenantId, before, after);
    return { due, isNoop: isNoop(due, before), before, after, history, audit: auditOf(due, tenantId, before) };
  });
}

/** What devices have in the end, one effect each: a set must not name a device twice. */
export function plansOf(made: readonly MadeDue[], tenantId: number): readonly Effect[] {
  const last = new Map<number, Effect>();
  for (const { due, after, isNoop: nothing } of made) {
    if (nothing) continue;
    last.set(due.deviceId, {
      kind: 'customer-plan',
      portal: due.portal,
      deviceId: due.deviceId,
      tenantId,
      customerRatePlanId: idOf(after, 'customerRatePlanId'),
      customerRatePoolId: idOf(after, 'customerRatePoolId'),
    });
  }
  return [...last.values()];
}

function idOf(state: DeviceState, name: 'customerRatePlanId' | 'customerRatePoolId'): number | null {
  const value = state[name] ?? null;
  return value === null ? null : Number(value);
}

const FIELDS = [
  ['customerRatePlanId', 'CustomerRatePlan', 'AMOP Customer Rate Plan Assignment', 'CustomerRatePlanId'],
  ['customerRatePoolId', 'CustomerRatePool', 'AMOP Customer Rate Pool Assignment', 'CustomerRatePoolId'],
] as const;

function historyOf(due: DueChange, tenantId: number, before: DeviceState, after: DeviceState): readonly Effect[] {
  const { portal, deviceId, providerId, iccid, msisdn } = due;
  const text = (value: string | number | null | undefined): string | null => (value == null ? null : String(value));
  return FIELDS.filter(([name]) => before[name] !== after[name]).map(([name, field]) => ({
    kind: 'history',
    portal,
    deviceId,
    providerId,
    tenantId,
    iccid,
    msisdn,
    field,
    changeType: 'CustomerRatePlanChange',
    previous: text(before[name]),
    current: text(after[name]),
  }));
}

/** A row for each value that was queued, also when the device had it already. */
function auditOf(due: DueChange, tenantId: number, before: DeviceState): readonly AuditEntry[] {
  const wanted = FIELDS.filter(([name]) => due[name] !== null);
  return (wanted.length === 0 ? FIELDS.slice(0, 1) : wanted).map(([name, , description, column]) => {
    const values = { [column]: due[name], EffectiveDate: due.effectiveDate };
    const response = due[name] === null || before[name] === due[name] ? 'already assigned' : 'OK';
    return {
      description,
      request: writtenTenant({ ...due, tenantId }, values),
      response: `${response}; queue row ${due.queueId}`,
      hasErrors: false,
    };
  });
}
