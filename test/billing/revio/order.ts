import type { Assignment, ServiceOrder } from '../../../src/domain/assignment.ts';
import type { Product, Service } from '../../../src/sandbox/simulator/revio-lines.ts';

export const ICCID = '8988228066600000014';
export const NUMBER = '4915200000001';
export const CUSTOMER = 4711;
export const OTHER_CUSTOMER = 4712;

/** Nothing but what must be given. */
const LEAST: ServiceOrder = {
  serviceTypeId: 3,
  revProviderId: 12,
  packageId: null,
  products: [],
  prorate: false,
  description: null,
  usagePlanGroupId: null,
};

/** A live line of our customer and number. */
export const LINE: Service = {
  service_id: 9001,
  customer_id: CUSTOMER,
  provider_id: 12,
  number: NUMBER,
  number2: ICCID,
  disconnected_date: null,
};

/** A product of that line. */
export const ATTACHED: Product = { service_product_id: 7001, service_id: LINE.service_id, product_id: 501, rate: 4.99, status: 'ACTIVE' };

/** What is ordered, and for which device. */
export interface Ordered extends Partial<ServiceOrder> {
  readonly msisdn?: string | null;
  readonly activatedDate?: string;
  /** The association is made by a procedure, which refuses. */
  readonly failsAfterwards?: boolean;
}

/** The assignment of one device with a service line. */
export function assignment(ordered: Ordered): Assignment {
  const { msisdn = NUMBER, activatedDate = null, failsAfterwards: _, ...order } = ordered;
  return {
    kind: 'assign-customer',
    device: { portal: 'M2M', deviceId: 1, iccid: ICCID, msisdn, eid: null, providerId: 1, tenantId: 1 },
    customer: {
      siteId: 1,
      siteName: 'Acme Logistics',
      tenantId: 1,
      rev: { key: 'the-key', customerId: String(CUSTOMER), authenticationId: 5 },
    },
    service: { ...LEAST, ...order },
    effectiveDate: '2026-12-01',
    activatedDate,
    customerPlan: null,
    carrierPlan: null,
    // Already this customer's: billing is what the tests look at.
    before: { customer: String(CUSTOMER), siteId: 1 },
  };
}
