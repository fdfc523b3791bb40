import { describe, expect, test } from 'vitest';

import { ATTACHED, ICCID, LINE, NUMBER, OTHER_CUSTOMER } from './order.ts';
import { revioWorld, UNKNOWN_QUERY } from './revio-world.ts';

// Whose line is taken for the device's, at first and in a later attempt.

describe('whose line is taken for the device', () => {
  test('a live one of this customer and number is taken, and no other is made', async (context) => {
    const world = await revioWorld(context, { services: [LINE] });

    const verdict = await world.assign();

    expect(verdict.status).toBe('APPLIED');
    expect(verdict.effects).toContainEqual(expect.objectContaining({ kind: 'rev-service', serviceId: LINE.service_id }));
    expect(verdict.effects).toContainEqual(expect.objectContaining({ kind: 'assignment', revServiceId: LINE.service_id }));
    expect(world.serviceOrders()).toEqual([]);
  });

  test.for([
    ['of another customer', { ...LINE, customer_id: OTHER_CUSTOMER }],
    ['that is disconnected', { ...LINE, disconnected_date: '2026-01-31T00:00:00' }],
    ['of another number', { ...LINE, number: '4915200000002', number2: '8988228066600000022' }],
  ] as const)('one %s is left alone, and a new one made', async ([, line], context) => {
    const world = await revioWorld(context, { services: [line], products: [ATTACHED] });

    const verdict = await world.assign({ products: [{ productId: 501, rate: null }] });

    expect(verdict.effects).toMatchObject([{ serviceId: 100 }, { serviceId: 100, productId: 501 }, { revServiceId: 100 }]);
    expect(world.serviceOrders()).toHaveLength(1);
    expect(world.lines().services).toContainEqual(line);
    expect(world.lines().products.filter(({ service_id }) => service_id === line.service_id)).toEqual([ATTACHED]);
  });

  const EVERY_LINE = { settings: { NUMBER_QUERY: UNKNOWN_QUERY } };

  test.for([
    ['of another number', { number: '4915200000002', number2: '8988228066600000022' }],
    ['of a number that is the end of ours', { number: '0001', number2: null }],
    ['without a number', { number: '', number2: null }],
  ] as const)('one %s is left alone where Rev.io answers with every line', async ([, numbers], context) => {
    const world = await revioWorld(context, { services: [{ ...LINE, ...numbers }], ...EVERY_LINE });

    const verdict = await world.assign();

    expect(verdict.effects[0]).toMatchObject({ kind: 'rev-service', serviceId: 100 });
    expect(world.serviceOrders()).toHaveLength(1);
  });

  test.for([
    ['with signs and blanks', { number: '+49 1520-0000001', number2: null }],
    ['without the country code', { number: '15200000001', number2: '' }],
    ['as its second number', { number: ICCID, number2: NUMBER }],
  ] as const)('the live one is taken where it tells the number %s', async ([, numbers], context) => {
    const other = { ...LINE, service_id: 8001, number: '4915200000002', number2: '8988228066600000022' };
    const world = await revioWorld(context, { services: [other, { ...LINE, ...numbers }], ...EVERY_LINE });

    const verdict = await world.assign();

    expect(verdict.effects[0]).toMatchObject({ kind: 'rev-service', serviceId: LINE.service_id });
    expect(world.serviceOrders()).toEqual([]);
  });

  test('the live one is found among those that are not', async (context) => {
    const others = [
      { ...LINE, service_id: 8001, disconnected_date: '2026-01-31T00:00:00' },
      { ...LINE, service_id: 8002, customer_id: OTHER_CUSTOMER },
    ];
    const world = await revioWorld(context, { services: [...others, LINE] });

    const verdict = await world.assign();

    expect(verdict.effects[0]).toMatchObject({ kind: 'rev-service', serviceId: LINE.service_id });
    expect(world.serviceOrders()).toEqual([]);
  });

  test('the live one is found on the second page too', async (context) => {
    const dead = Array.from({ length: 500 }, (_, n) => ({ ...LINE, service_id: n + 1000, disconnected_date: '2026-01-31T00:00:00' }));
    const world = await revioWorld(context, { services: [...dead, LINE] });

    const verdict = await world.assign();

    expect(verdict.effects[0]).toMatchObject({ kind: 'rev-service', serviceId: LINE.service_id });
  });

  test.for([
    ['its number', {}, NUMBER],
    ['its ICCID where it has no number', { msisdn: null }, ICCID],
  ] as const)('it is looked up by %s', async ([, ordered, asked], context) => {
    const world = await revioWorld(context);

    await world.assign(ordered);

    expect(world.calls()[0]).toMatchObject({ method: 'GET', path: '/v1/Services', subject: asked });
  });
});

test('a product that is refused fails the row, which tells what exists; the next attempt does the rest on the same line', async (context) => {
  const world = await revioWorld(context);
  const products = [501, 502, 503].map((productId) => ({ productId, rate: null }));
  world.strike('400', { method: 'POST', path: '/v1/ServiceProduct' });

  const first = await world.assign({ products });
  const orders = world.productOrders().length;
  const second = await world.assign({ products }, 2);

  expect(first).toMatchObject({
    status: 'FAILED',
    message: 'simulated 400. Service 100 exists; product 501 could not be added',
    effects: [{ kind: 'rev-service', serviceId: 100 }],
  });
  expect(orders).toBe(1);
  expect(second.status).toBe('APPLIED');
  expect(world.serviceOrders()).toHaveLength(1);
  expect(world.lines().products.map(({ service_id, product_id }) => [service_id, product_id])).toEqual([
    [100, 501],
    [100, 502],
    [100, 503],
  ]);
});

test('a line that an earlier attempt made is not made again, although Rev.io does not show it yet', async (context) => {
  const world = await revioWorld(context);
  const products = [{ productId: 501, rate: null }];
  world.strike('400', { method: 'POST', path: '/v1/ServiceProduct' });
  await world.assign({ products });
  world.setServices([]);
  world.strike('400', { method: 'POST', path: '/v1/ServiceProduct' });

  const second = await world.assign({ products }, 2);

  expect(second.message).toBe('simulated 400. Service 100 exists; product 501 could not be added');
  expect(world.serviceOrders()).toHaveLength(1);
});
