import type { Assignment, ServiceOrder } from '../../domain/assignment.ts';

export type OrderedProduct = ServiceOrder['products'][number];

/** Body of a new line's order. */
export function serviceBody(change: Assignment, order: ServiceOrder, customerId: number, number: string): Record<string, unknown> {
  return {
    customer_id: customerId,
    ...given({ provider_id: order.revProviderId, service_type_id: order.serviceTypeId }),
    number,
    number2: change.device.iccid,
    ...given({ package_id: order.packageId, usage_plan_group_id: order.usagePlanGroupId }),
    ...dates(change, order),
    ...given({ description: order.description }),
  };
}

/** Body of a product's order for a line. */
export function productBody(
  change: Assignment,
  order: ServiceOrder,
  line: { readonly customerId: number; readonly serviceId: number },
  { productId, rate }: OrderedProduct,
): Record<string, unknown> {
  return {
    customer_id: line.customerId,
    service_id: line.serviceId,
    product_id: productId,
    ...given({ rate }),
    quantity: 1,
    generate_proration: order.prorate,
    ...dates(change, order),
    ...given({ description: order.description }),
  };
}

/** `yyyy-MM-ddZ`; the effective date only when prorating. */
function dates({ effectiveDate, activatedDate }: Assignment, { prorate }: ServiceOrder): Record<string, unknown> {
  return given({
    effective_date: prorate ? `${effectiveDate}Z` : null,
    activated_date: activatedDate === null ? null : `${activatedDate}Z`,
  });
}

/** Members that have a value: Rev.io takes no nulls. */
function given(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
