import { expect, test } from 'vitest';

import { createTealFleet, fleetSchema } from '../../../src/sandbox/simulator/teal-fleet.ts';

const ESIM = { eid: 'e1', iccid: 'i1', planUuid: 'old', manner: 'willing' };
const PLANS = ['old', 'new', 'newer'].map((uuid) => ({ uuid, name: uuid }));

test('what was due happened in its order, however late it is looked at', () => {
  let now = 0;
  const fleet = createTealFleet(fleetSchema.parse({ queueMs: 100, changeMs: 100, plans: PLANS, esims: [ESIM] }), () => now);

  fleet.queue('a1', [{ eid: 'e1', planUuid: 'new' }]);
  now = 150;
  fleet.queue('a2', [{ eid: 'e1', planUuid: 'newer' }]);
  now = 1000;

  expect(fleet.operation('a2')?.results).toEqual([{ eid: 'e1', success: true }]);
  expect(fleet.esim('e1')).toMatchObject({ planUuid: 'newer', planChangeStatus: 'SUCCESS' });
});
