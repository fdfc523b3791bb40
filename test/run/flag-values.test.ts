import { expect, test } from 'vitest';

import type { Lookups, Provider } from '../../src/domain/facts.ts';
import { createLookupIndex } from '../../src/domain/lookup-index.ts';
import type { RowValues } from '../../src/domain/list-row.ts';
import { requireFlagValues } from '../../src/run/flag-values.ts';

const provider = (id: number, displayName: string): Provider => ({
  id,
  name: displayName,
  displayName,
  integration: 'POND',
  integrationId: 1,
  portal: 'M2M',
  tenantId: 1,
  writeIsEnabled: true,
});

const CODES: readonly (readonly [providerId: number, code: string])[] = [
  ...['POND-1GB', 'POND-2GB', 'POND-5GB', 'POND-10GB', 'POND-20GB', 'POND-50GB'].map((code) => [1, code] as const),
  [2, 'EB-1GB'],
  [3, 'IOT-1GB'],
  [4, 'IOT-1GB'],
];

const lookups: Lookups = {
  plans: CODES.map(([providerId, code], index) => ({ id: index, code, packageTypeId: null, planUuid: null, providerId })),
  customers: [],
  customersWithoutSite: ['4715'],
  customerRatePlans: [],
  customerRatePools: [],
  providers: [],
};

const ALL = [provider(1, 'POND North'), provider(2, 'EB'), provider(3, 'Jasper'), provider(4, 'Rogers')];

function refusedFor(defaults: RowValues, providers: readonly Provider[] = ALL): string {
  try {
    requireFlagValues(defaults, createLookupIndex(lookups), providers, { lookups });
  } catch (error) {
    return String(error);
  }
  return 'nothing';
}

test.each([
  ['POND-6GB', ALL, "Rate plan 'POND-6GB' does not exist: there are POND-10GB, POND-1GB, POND-20GB, POND-2GB, POND-50GB, … of POND North"],
  ['pond', ALL, 'there are POND-10GB'],
  ['POND-2', ALL, 'there are POND-20GB, POND-2GB of POND North'],
  ['IoT-9', ALL, 'there are IOT-1GB of Jasper, IOT-1GB of Rogers'],
  [
    'NOPE',
    ALL,
    "Rate plan 'NOPE' does not exist: 9 plans of POND North, EB, Jasper, Rogers are visible to you, none with a code like this",
  ],
  ['POND-6GB', [provider(2, 'EB')], '1 plan of EB is visible to you, not with a code like this'],
  ['POND-6GB', [provider(9, 'Empty')], 'no plan is visible to you'],
])('of plans only those are named that look like the one that was meant: %s', (plan, providers, says) => {
  expect(refusedFor({ plan }, providers)).toContain(says);
});

test.each([
  [{ site: 'Nowhere' }, "Rev Customer not found: no active Site has the id or name 'Nowhere'"],
  [{ customer: '9999' }, "Rev Customer not found: there is no active one for '9999'"],
  [{ customer: '4715' }, 'Rev Customer not found: the customer has no Site'],
])('a customer that is not found is told with what it was looked for by: %j', (values, says) => {
  expect(refusedFor(values)).toContain(says);
});
