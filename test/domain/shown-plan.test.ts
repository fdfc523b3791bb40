import { expect, test } from 'vitest';

import type { PlanChange } from '../../src/domain/plan-change.ts';
import { differencesFromPlan } from '../../src/domain/shown-plan.ts';

const change: PlanChange = {
  kind: 'change-rate-plan',
  device: { portal: 'M2M', deviceId: 1, iccid: '8988303000000000015', msisdn: null, eid: null, providerId: 1, tenantId: 1 },
  plan: { id: 1, code: 'IOT-1GB', packageTypeId: 105, planUuid: '7EA1' },
  commPlan: null,
  effectiveDate: null,
  before: {},
};

test.each([
  ['the plan', { plan: 'IOT-1GB' }],
  ['one of several plans', { plan: 'BASE, IOT-1GB' }],
  ['a package type, as text too', { packageTypeId: '105' }],
  ['a UUID, whatever its case', { planUuid: '7ea1' }],
  ['a comm plan that was not asked for', { plan: 'IOT-1GB', commPlan: 'CP' }],
])('%s is as wanted', (_name, shown) => {
  expect(differencesFromPlan(change, shown)).toEqual([]);
});

test.each([
  ['another plan', { plan: 'iot-1gb' }, ['plan is iot-1gb instead of IOT-1GB']],
  ['no plan', { plan: null }, ['plan is none instead of IOT-1GB']],
  ['the old package beside the new one', { packageTypeId: '101, 105' }, ['packageTypeId is 101, 105 instead of 105']],
  ['nothing of the plan', { commPlan: 'CP' }, ['no plan is shown']],
])('%s is not', (_name, shown, differences) => {
  expect(differencesFromPlan(change, shown)).toEqual(differences);
});

test('the comm plan is compared where one was wanted', () => {
  const wanted = { ...change, commPlan: 'CP_Fast' };

  expect(differencesFromPlan(wanted, { plan: 'IOT-1GB', commPlan: 'CP_Basic' })).toEqual(['commPlan is CP_Basic instead of CP_Fast']);
  // ThingSpace shows no pools.
  expect(differencesFromPlan(wanted, { plan: 'IOT-1GB' })).toEqual([]);
});
