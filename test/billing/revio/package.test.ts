import { describe, expect, test } from 'vitest';

import { LINE } from './order.ts';
import { revioWorld } from './revio-world.ts';

// Only a new line can be given a package, and Rev.io does not tell which lines have it.

describe('a package', () => {
  test('is refused to a live line, in words that name it, and nothing is sent or recorded', async (context) => {
    const world = await revioWorld(context, { services: [LINE] });

    const verdict = await world.assign({ packageId: 7 });

    expect(verdict).toMatchObject({
      status: 'FAILED',
      message: 'Service 9001 exists at Rev.io; a package can only be given to a new line',
      error: { code: 'PACKAGE_FOR_LIVE_SERVICE', class: 'billing' },
      effects: [],
    });
    expect(world.calls().map(({ method }) => method)).toEqual(['GET']);
  });

  test('that an earlier attempt of the row ordered with its line is there: the next attempt does the rest', async (context) => {
    const world = await revioWorld(context);

    const first = await world.assign({ packageId: 7, failsAfterwards: true });
    const second = await world.assign({ packageId: 7 }, 2);

    expect(first).toMatchObject({ status: 'FAILED', message: 'not now' });
    expect(second).toMatchObject({ status: 'APPLIED', effects: [{ serviceId: 100 }, { revServiceId: 100 }] });
    expect(world.serviceOrders()).toHaveLength(1);
  });

  test('that an earlier attempt ordered with a line is still refused to another line', async (context) => {
    const world = await revioWorld(context);
    await world.assign({ packageId: 7, failsAfterwards: true });
    world.setServices([LINE]);

    const second = await world.assign({ packageId: 7 }, 2);

    expect(second).toMatchObject({ status: 'FAILED', error: { code: 'PACKAGE_FOR_LIVE_SERVICE' } });
  });

  test('is never counted as that of a line which the row did not order, whatever stands before its own', async (context) => {
    const world = await revioWorld(context);
    await world.assign({ packageId: 7, failsAfterwards: true });
    world.setServices([LINE, ...world.lines().services]);

    const second = await world.assign({ packageId: 7 }, 2);

    expect(second).toMatchObject({ status: 'APPLIED', effects: [{ serviceId: 100 }, { revServiceId: 100 }] });
  });
});
