import type { Assignment } from '../domain/assignment.ts';
import type { OrderedService } from '../domain/billing.ts';
import type { AuditEntry } from '../domain/outcome.ts';
import { writtenRow, writtenTenant } from '../domain/written-row.ts';

/** LogEntryDescription of the association. */
export function associationTitle({ customer }: Assignment): string {
  return customer.rev === null ? 'AssignNonRevCustomer: Update AMOP' : 'AMOP Customer Assignment';
}

/** What `association` wrote. */
export function associationAudit(change: Assignment, ordered: OrderedService | null): AuditEntry {
  const { siteId, rev } = change.customer;
  const restored = change.undoing?.revServiceId ?? null;
  const columns = {
    SiteId: siteId,
    AccountNumber: rev?.customerId ?? null,
    AccountNumberIntegrationAuthenticationId: rev?.authenticationId ?? null,
    ...(rev === null ? { RevServiceId: null } : {}),
    ...(restored === null ? {} : { RevServiceId: restored }),
    // The line's own id here is looked up by Rev.io's when it is written.
    ...(ordered === null ? {} : { RevServiceId: { 'RevService.RevServiceId': ordered.serviceId } }),
  };
  return written(associationTitle(change), writtenTenant(change.device, columns));
}

/** What `planEffects` wrote of customer plan and pool. */
export function planAudit(change: Assignment): readonly AuditEntry[] {
  const { customerPlan } = change;
  if (customerPlan === null) return [];
  const { planId, poolId } = customerPlan;
  return [
    ...(planId === null ? [] : [written('AMOP Customer Rate Plan Assignment', planRequest(change, { CustomerRatePlanId: planId }))]),
    ...(poolId === null ? [] : [written('AMOP Customer Rate Pool Assignment', planRequest(change, { CustomerRatePoolId: poolId }))]),
  ];
}

/** A plan or pool of a later day is written to the queue alone. */
function planRequest({ device, customerPlan, effectiveDate }: Assignment, columns: object): string {
  if (customerPlan?.isQueued !== true) return writtenTenant(device, columns);
  const row = { DeviceId: device.deviceId, TenantId: device.tenantId, ...columns, EffectiveDate: effectiveDate };
  return writtenRow('Device_CustomerRatePlanOrRatePool_Queue', row);
}

function written(description: string, request: string): AuditEntry {
  return { description, request, response: 'OK', hasErrors: false };
}
