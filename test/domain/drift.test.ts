import { expect, test } from 'vitest';

import { driftOf, type ChangedPlan } from '../../src/domain/drift.ts';
import type { DeviceState } from '../../src/domain/result.ts';

const PLANS = [
  { id: 1, code: 'SMALL', packageTypeId: 101, planUuid: '7EA1-A' },
  { id: 2, code: 'LARGE', packageTypeId: 105, planUuid: '7EA1-B' },
] as const;

/** A row that wrote LARGE. */
function changed(database: DeviceState | null, commPlan: string | null = null): ChangedPlan {
  const device = { portal: 'M2M', deviceId: 1, iccid: '1', msisdn: null, eid: null, providerId: 1, tenantId: 1 } as const;
  return {
    rowId: '1',
    bulkChangeId: '1',
    line: 2,
    iccid: '1',
    change: { kind: 'change-rate-plan', device, plan: PLANS[1], commPlan, effectiveDate: null, before: { plan: 'SMALL' } },
    wrote: { plan: 'LARGE', ...(commPlan === null ? {} : { commPlan }) },
    database,
  };
}

const LARGE = { plan: 'LARGE', commPlan: 'CP1' };
const SMALL = { plan: 'SMALL', commPlan: 'CP1' };

test.each([
  ['by its code', { plan: 'LARGE', commPlan: 'CP2' }],
  ['by its package type', { packageTypeId: 105 }],
  ['by its UUID, whatever its case', { planUuid: '7ea1-b' }],
])('no drift where the carrier shows the plan %s and the database has it', (_how, shown) => {
  expect(driftOf(changed(LARGE), shown, PLANS)).toBeNull();
});

test.each([
  ['the database was left behind: the one kind that is safe to write', LARGE, SMALL, 'database', 'safe', { plan: 'LARGE' }],
  ['the carrier was changed', { packageTypeId: 101 }, LARGE, 'carrier', 'no', { plan: 'SMALL' }],
  ['both were changed', { planUuid: '7EA1-A' }, SMALL, 'both', 'no', { plan: 'SMALL' }],
  ['the carrier has several packages', { packageTypeId: '101, 105' }, LARGE, 'carrier', 'no', { packageTypeId: '101, 105' }],
  ['the carrier has none', { packageTypeId: '' }, LARGE, 'carrier', 'no', { packageTypeId: '' }],
  ['the carrier cannot be asked, and the database is another', null, SMALL, 'unread', 'no', null],
  ['the device is gone in the database', LARGE, null, 'database', 'no', { plan: 'LARGE' }],
] as const)('%s', (_what, shown, database, differs, fix, carrier) => {
  expect(driftOf(changed(database), shown, PLANS)).toMatchObject({ differs, fix, carrier });
});

test('a communication plan counts where the run wrote one', () => {
  const shown = { plan: 'LARGE', commPlan: 'CP2' };

  expect(driftOf(changed(LARGE, 'CP2'), shown, PLANS)).toMatchObject({ differs: 'database', fix: 'safe' });
  expect(driftOf(changed({ ...LARGE, commPlan: 'CP2' }, 'CP2'), shown, PLANS)).toBeNull();
});

test('a carrier that cannot be asked is not blamed: where the database has what the run wrote nothing is told', () => {
  expect(driftOf(changed(LARGE), null, PLANS)).toBeNull();
});
