import { describe, expect, test } from 'vitest';

import { ATTACHED, CUSTOMER, ICCID, LINE, NUMBER, type Ordered } from './order.ts';
import { revioWorld } from './revio-world.ts';

// What is ordered at Rev.io, member by member.

/** Of every new line. */
const NEW_LINE = { customer_id: CUSTOMER, provider_id: 12, service_type_id: 3, number: NUMBER, number2: ICCID };
/** Of every product of the line whose id is given first. */
const PRODUCT = { customer_id: CUSTOMER, service_id: 100, product_id: 501, quantity: 1, generate_proration: false };

describe('a new line', () => {
  // toStrictEqual: a member that is left out must not be there at all.
  test.for<[string, Ordered, object]>([
    ['nothing more is wanted', {}, NEW_LINE],
    ['there is a package', { packageId: 7 }, { ...NEW_LINE, package_id: 7 }],
    ['there is a usage plan group', { usagePlanGroupId: 44 }, { ...NEW_LINE, usage_plan_group_id: 44 }],
    ['there is a description', { description: 'Truck 7' }, { ...NEW_LINE, description: 'Truck 7' }],
    ['the first period is prorated', { prorate: true }, { ...NEW_LINE, effective_date: '2026-12-01Z' }],
    ['there is an activation date', { activatedDate: '2026-11-05' }, { ...NEW_LINE, activated_date: '2026-11-05Z' }],
    ['the device has no phone number', { msisdn: null }, { ...NEW_LINE, number: ICCID }],
  ])('is ordered with exactly what was asked for when %s', async ([, ordered, body], context) => {
    const world = await revioWorld(context);

    await world.assign(ordered);

    expect(world.serviceOrders()).toStrictEqual([body]);
  });

  test('with a package gets no products: it brings its own', async (context) => {
    const world = await revioWorld(context);

    const verdict = await world.assign({ packageId: 7, products: [{ productId: 501, rate: null }] });

    expect(verdict).toMatchObject({ status: 'APPLIED', effects: [{ kind: 'rev-service', serviceId: 100 }, { kind: 'assignment' }] });
    expect(world.productOrders()).toEqual([]);
  });

  test.for<[string, Ordered, readonly object[]]>([
    ['without a rate', { products: [{ productId: 501, rate: null }] }, [PRODUCT]],
    ['with a rate', { products: [{ productId: 501, rate: 4.99 }] }, [{ ...PRODUCT, rate: 4.99 }]],
    ['that costs nothing', { products: [{ productId: 501, rate: 0 }] }, [{ ...PRODUCT, rate: 0 }]],
    [
      'prorated, dated and described',
      { products: [{ productId: 501, rate: null }], prorate: true, activatedDate: '2026-11-05', description: 'Truck 7' },
      [
        {
          ...PRODUCT,
          generate_proration: true,
          effective_date: '2026-12-01Z',
          activated_date: '2026-11-05Z',
          description: 'Truck 7',
        },
      ],
    ],
    [
      'one after another',
      {
        products: [
          { productId: 501, rate: 1 },
          { productId: 502, rate: 2.5 },
        ],
      },
      [
        { ...PRODUCT, rate: 1 },
        { ...PRODUCT, product_id: 502, rate: 2.5 },
      ],
    ],
  ])('gets its products %s', async ([, ordered, bodies], context) => {
    const world = await revioWorld(context);

    const verdict = await world.assign(ordered);

    expect(verdict.status).toBe('APPLIED');
    expect(world.productOrders()).toStrictEqual(bodies);
  });

  test('is made by one look and one order', async (context) => {
    const world = await revioWorld(context);

    await world.assign();

    expect(world.calls().map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/Services', 'POST /v1/Services']);
  });

  test('is recorded with its products as Rev.io named them', async (context) => {
    const world = await revioWorld(context);

    const verdict = await world.assign({ products: [{ productId: 501, rate: 4.99 }], usagePlanGroupId: 44, description: 'Truck 7' });

    expect(verdict.effects).toEqual([
      expect.objectContaining({
        kind: 'rev-service',
        revCustomerKey: 'the-key',
        number: NUMBER,
        serviceId: 100,
        serviceTypeId: 3,
        providerId: 12,
        usagePlanGroupId: 44,
        description: 'Truck 7',
        authenticationId: 5,
      }),
      expect.objectContaining({
        kind: 'rev-product',
        serviceProductId: 101,
        customerId: String(CUSTOMER),
        productId: 501,
        serviceId: 100,
        rate: 4.99,
      }),
      expect.objectContaining({ kind: 'assignment', accountNumber: String(CUSTOMER), revServiceId: 100 }),
    ]);
  });
});

describe('a live line', () => {
  const WANTED = { products: [501, 502].map((productId) => ({ productId, rate: 1 })) };

  test('gets the products that it lacks, and no second one of those that it has', async (context) => {
    const world = await revioWorld(context, { services: [LINE], products: [ATTACHED] });

    const verdict = await world.assign(WANTED);

    expect(world.productOrders()).toStrictEqual([{ ...PRODUCT, service_id: LINE.service_id, product_id: 502, rate: 1 }]);
    expect(verdict.effects.filter(({ kind }) => kind === 'rev-product')).toMatchObject([
      { serviceProductId: ATTACHED.service_product_id, productId: 501 },
      { serviceProductId: 100, productId: 502 },
    ]);
  });

  test.for([
    ['is not active any more', { ...ATTACHED, status: 'INACTIVE' }],
    ['is of another line', { ...ATTACHED, service_id: 9002 }],
  ] as const)('does not have a product that %s', async ([, product], context) => {
    const world = await revioWorld(context, { services: [LINE], products: [product] });

    await world.assign({ products: [{ productId: 501, rate: null }] });

    expect(world.productOrders()).toStrictEqual([{ ...PRODUCT, service_id: LINE.service_id }]);
  });
});
