import { expect, test } from 'vitest';

import type { Provider } from '../../src/domain/facts.ts';
import type { Operator } from '../../src/domain/operator.ts';
import { findProvider } from '../../src/run/flag-values.ts';

const provider = (id: number, name: string, integration: string, tenantId = 1): Provider => ({
  id,
  name,
  displayName: `${name} (test)`,
  integration,
  integrationId: 1,
  portal: 'M2M',
  tenantId,
  writeIsEnabled: true,
});

const operator: Operator = {
  name: 'anna',
  tenantId: 1,
  providers: [
    provider(1, 'Rogers Canada', 'Rogers'),
    provider(2, 'North', 'Pond'),
    provider(3, 'South', 'Pond'),
    provider(4, 'Verizon', 'ThingSpace', 2),
  ],
  modules: null,
  providerIds: null,
  siteIds: null,
  planIds: null,
};

test.each([
  ['2', 2],
  [' south ', 3],
  ['north (TEST)', 2],
  ['Rogers canada', 1],
  ['rogers', 1],
])('--provider %j is provider %i', (wanted, id) => {
  expect(findProvider(wanted, operator).id).toBe(id);
});

test.each([
  ['Pond', 'an integration that two have'],
  ['ThingSpace', "another tenant's"],
  ['4', "another tenant's"],
  ['nobody', 'unknown'],
])('--provider %j is nobody: %s', (wanted) => {
  expect(() => findProvider(wanted, operator)).toThrow(
    `There is no service provider '${wanted}'. Yours are: Rogers Canada (test) (1), North (test) (2), South (test) (3)`,
  );
});
