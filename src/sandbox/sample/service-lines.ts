import { customerKey } from './customers.ts';
import { ALIVE, LONG_AGO, type SampleData, type SampleTables } from './data.ts';
import type { FleetDevice } from './fleet.ts';
import { REVIO_AUTHENTICATION } from './providers.ts';

const PRODUCT = 501;

/** The service lines of a fleet and their products: in the database, and at Rev.io. Both belong to the device's customer. */
export function serviceLineData(fleet: readonly FleetDevice[]): {
  readonly tables: SampleTables;
  readonly revio: Pick<SampleData['revio'], 'services' | 'products'>;
} {
  const lines = fleet.flatMap(({ customer, msisdn, line }) =>
    line === null
      ? []
      : [{ customer, msisdn, serviceId: 9000 + line.place, serviceProductId: 7000 + line.place, hasProduct: line.hasProduct }],
  );
  const products = lines.filter(({ hasProduct }) => hasProduct);
  return {
    tables: {
      RevService: lines.map(({ customer, msisdn, serviceId }) => ({
        RevCustomerId: customerKey(customer),
        Number: msisdn,
        RevServiceId: serviceId,
        RevServiceTypeId: 3,
        RevProviderId: 12,
        ActivatedDate: LONG_AGO,
        IntegrationAuthenticationId: REVIO_AUTHENTICATION,
        ...ALIVE,
      })),
      RevServiceProduct: products.map(({ customer, serviceId, serviceProductId }) => ({
        ServiceProductId: serviceProductId,
        CustomerId: customer.id,
        ProductId: PRODUCT,
        ServiceId: serviceId,
        Rate: 4.99,
        Quantity: 1,
        Status: 'ACTIVE',
        ActivatedDate: LONG_AGO,
        IntegrationAuthenticationId: REVIO_AUTHENTICATION,
        ...ALIVE,
      })),
    },
    revio: {
      services: lines.map(({ customer, msisdn, serviceId }) => ({
        service_id: serviceId,
        customer_id: Number(customer.id),
        number: msisdn,
      })),
      products: products.map(({ serviceId, serviceProductId }) => ({
        service_product_id: serviceProductId,
        service_id: serviceId,
        product_id: PRODUCT,
      })),
    },
  };
}
