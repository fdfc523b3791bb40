import { describe, expect, test } from 'vitest';

import { load } from './load.ts';

describe('numbers where the look-up tables have none', () => {
  const config = load({
    env: { CHANGE_TYPE_CARRIERRATEPLANCHANGE: '7', INTEGRATION_POND: '10', PORTAL_TYPE_M2M: '0', CHANGE_TYPE_EMPTY: '' },
  });

  test.each([
    ['CHANGE_TYPE', 'CarrierRatePlanChange', 7],
    ['CHANGE_TYPE', 'Carrier Rate-Plan_Change', 7],
    ['INTEGRATION', 'Pond', 10],
    ['PORTAL_TYPE', 'M2M', 0],
    ['CHANGE_TYPE', 'CustomerAssignment', undefined],
    ['CHANGE_TYPE', 'Empty', undefined],
    ['INTEGRATION', 'CarrierRatePlanChange', undefined],
  ] as const)('%s of %s is %s', (kind, name, number) => {
    expect(config.number(kind, name)).toBe(number);
  });

  test('are found, and shown, however their name is cut into words', () => {
    const cut = load({ env: { CHANGE_TYPE_CARRIER_RATE_PLAN_CHANGE: '7' } });

    expect(cut.number('CHANGE_TYPE', 'CarrierRatePlanChange')).toBe(7);
    expect(cut.describe()).toContainEqual({ name: 'CHANGE_TYPE_CARRIER_RATE_PLAN_CHANGE', value: '7', source: 'environment' });
  });

  test('are those of integrations that there are: other variables are neither read nor shown', () => {
    const foreign = load({ env: { INTEGRATION_TESTS: 'true', INTEGRATION_API_TOKEN: 's3cret', INTEGRATION_TEAL: '12' } });

    expect(foreign.number('INTEGRATION', 'Teal')).toBe(12);
    expect(foreign.warnings).toEqual([]);
    expect(JSON.stringify(foreign.describe())).not.toMatch(/INTEGRATION_TESTS|s3cret/);
  });
});
