import type { ServiceOrder } from '../../domain/assignment.ts';
import type { ChangeRequest } from '../../domain/change-request.ts';
import type { Validation } from '../../run/validate.ts';

/** The service line that is made at Rev.io for each device, for people; null when none is. */
export function serviceLineText(request: ChangeRequest, { serviceDays }: Pick<Validation, 'serviceDays'>): string | null {
  if (request.kind !== 'assign-customer' || request.service === null || serviceDays === null) return null;
  const { service, activatedDate, useCarrierActivation } = request;
  const { first, last } = serviceDays;
  const from = first === last ? first : `days between ${first} and ${last}`;
  const activated = activatedDate ?? (useCarrierActivation ? 'as at the carrier' : null);
  const parts = [
    `type ${service.serviceTypeId}`,
    service.revProviderId === null ? [] : `provider ${service.revProviderId}`,
    billedBy(service),
    service.usagePlanGroupId === null ? [] : `usage plan group ${service.usagePlanGroupId}`,
    service.prorate ? `prorated from ${from}` : 'not prorated',
    activated === null ? [] : `activated ${activated}`,
  ].flat();
  return `a service line each at Rev.io: ${parts.join(', ')}`;
}

function billedBy({ packageId, products }: ServiceOrder): string | readonly string[] {
  if (packageId !== null) return `package ${packageId}`;
  if (products.length === 0) return 'no products';
  return products.map(({ productId, rate }) => `product ${productId}${rate === null ? '' : ` at ${rate}`}`);
}
