import { ALIVE, type SampleTables } from './data.ts';
import { REVIO_AUTHENTICATION } from './providers.ts';

const CUSTOMERS = [
  { n: 1, id: '4711', name: 'Acme Logistics', tenant: 1, status: 'ACTIVE', site: true },
  { n: 2, id: '4712', name: 'Bolt Mobility', tenant: 1, status: 'ACTIVE', site: true },
  { n: 3, id: '4713', name: 'Cargo GmbH', tenant: 1, status: 'ACTIVE', site: true },
  { n: 4, id: '4714', name: 'Delta (closed)', tenant: 1, status: 'CLOSED', site: true },
  { n: 5, id: '4715', name: 'Echo (no site)', tenant: 1, status: 'ACTIVE', site: false },
  { n: 6, id: 'ABC-1', name: 'Foxtrot (odd id)', tenant: 1, status: 'ACTIVE', site: true },
  { n: 7, id: '4801', name: 'Golf of another tenant', tenant: 2, status: 'ACTIVE', site: true },
] as const;

/** Whom a device may belong to at first. */
export const ACME = CUSTOMERS[0];
export const BOLT = CUSTOMERS[1];
/** Of the other tenant. */
export const GOLF = CUSTOMERS[6];

export type SampleCustomer = (typeof CUSTOMERS)[number];

/** The customers that Rev.io knows: their ids are whole numbers there. */
export const REVIO_CUSTOMERS = CUSTOMERS.flatMap(({ id }) => (/^\d+$/.test(id) ? [Number(id)] : []));

/** RevCustomer.id. */
export function customerKey({ n }: SampleCustomer): string {
  return `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`;
}

/** Customers with and without Rev.io, and what they may be given. */
export function customerTables(): SampleTables {
  return {
    RevCustomer: CUSTOMERS.map((customer) => ({
      id: customerKey(customer),
      RevCustomerId: customer.id,
      CustomerName: customer.name,
      IntegrationAuthenticationId: REVIO_AUTHENTICATION,
      Status: customer.status,
      ...ALIVE,
    })),
    Site: [
      ...CUSTOMERS.filter(({ site }) => site).map((customer) => ({
        id: customer.n,
        TenantId: customer.tenant,
        Name: customer.name,
        RevCustomerId: customerKey(customer),
        ...ALIVE,
      })),
      { id: 21, TenantId: 1, Name: 'Depot North', RevCustomerId: null, ...ALIVE },
      { id: 22, TenantId: 1, Name: 'Depot South', RevCustomerId: null, ...ALIVE },
    ],
    JasperCustomerRatePlan: ['CRP-SMALL', 'CRP-LARGE'].map((code, index) => ({
      Id: index + 1,
      RatePlanCode: code,
      RatePlanName: code,
      ServiceProviderId: null,
      TenantId: 1,
      ...ALIVE,
    })),
    CustomerRatePool: ['POOL-EU', 'POOL-US'].map((name, index) => ({
      id: index + 1,
      Name: name,
      ServiceProviderId: null,
      TenantId: 1,
      ...ALIVE,
    })),
  };
}
