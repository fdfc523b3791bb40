import type { Assignment } from '../domain/assignment.ts';
import type { OrderedService } from '../domain/billing.ts';
import type { Effect } from '../domain/effect.ts';

/** Whose the device is. */
export function association({ device, customer, undoing }: Assignment, ordered: OrderedService | null): readonly Effect[] {
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
      restoredServiceId: undoing?.revServiceId ?? null,
    },
  ];
}

/** Customer plan and pool, and the history of everything. */
export function planEffects(change: Assignment): readonly Effect[] {
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
