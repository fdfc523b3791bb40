import { describe, expect, test } from 'vitest';

import { ATTACHED, LINE, OTHER_CUSTOMER } from './order.ts';
import { revioWorld, UNKNOWN_QUERY } from './revio-world.ts';

// A POST is not idempotent: after a lost answer what was not there before is adopted, and only else it is sent again.

describe('a lost answer', () => {
  test('to the order of a line adopts the one that was not there before', async (context) => {
    const dead = { ...LINE, disconnected_date: '2026-01-31T00:00:00' };
    const world = await revioWorld(context, { services: [dead, { ...LINE, service_id: 8002, customer_id: OTHER_CUSTOMER }] });
    world.strike('reset-after', { method: 'POST', path: '/v1/Services' });

    const verdict = await world.assign();

    expect(verdict).toMatchObject({ status: 'APPLIED', effects: [{ serviceId: 100 }, { revServiceId: 100 }] });
    expect(world.serviceOrders()).toHaveLength(1);
  });

  test('to the order of a line never adopts one of another customer that came meanwhile: it is ordered once more', async (context) => {
    const world = await revioWorld(context, {
      onOrder: (n) => {
        if (n > 1) return null;
        world.setServices([{ ...LINE, customer_id: OTHER_CUSTOMER }]);
        return { kind: 'lost', reason: 'ECONNRESET', timedOut: false };
      },
    });

    const verdict = await world.assign();

    expect(verdict).toMatchObject({ status: 'APPLIED', effects: [{ serviceId: 100 }, { revServiceId: 100 }] });
    expect(world.serviceOrders()).toHaveLength(1);
  });

  test('to the order of a line never adopts one of another number, where Rev.io answers with every line', async (context) => {
    const world = await revioWorld(context, {
      settings: { NUMBER_QUERY: UNKNOWN_QUERY },
      onOrder: (n) => {
        if (n > 1) return null;
        world.setServices([{ ...LINE, number: '4915200000002', number2: '8988228066600000022' }]);
        return { kind: 'lost', reason: 'ECONNRESET', timedOut: false };
      },
    });

    const verdict = await world.assign();

    expect(verdict.effects[0]).toMatchObject({ kind: 'rev-service', serviceId: 100 });
  });

  test('to the order of a product adopts the one that was not there before', async (context) => {
    const world = await revioWorld(context, { services: [LINE], products: [{ ...ATTACHED, product_id: 599 }] });
    world.strike('reset-after', { method: 'POST', path: '/v1/ServiceProduct' });

    const verdict = await world.assign({ products: [{ productId: 501, rate: null }] });

    expect(verdict.effects).toContainEqual(expect.objectContaining({ kind: 'rev-product', serviceProductId: 100 }));
    expect(world.productOrders()).toHaveLength(1);
  });
});
