import { readFileSync } from 'node:fs';

import { parse } from 'dotenv';
import { describe, expect, test } from 'vitest';

import { revio } from '../../src/billing/revio/revio.ts';
import { jasper } from '../../src/carriers/jasper/jasper.ts';
import { CARRIERS } from '../../src/carriers/registry.ts';
import { loadConfig, type ConfigInput } from '../../src/config/load-config.ts';

const load = (input: Partial<ConfigInput>) =>
  loadConfig({
    flags: {},
    env: {},
    dotenv: {},
    integrations: [...CARRIERS, revio],
    ceilings: { concurrency: null, perSecond: null },
    ...input,
  });

describe('numbers where the look-up tables have none', () => {
  test('are found however their name is cut into words', () => {
    const config = load({ env: { CHANGE_TYPE_CARRIER_RATE_PLAN_CHANGE: '7' } });

    expect(config.number('CHANGE_TYPE', 'CarrierRatePlanChange')).toBe(7);
    expect(config.describe()).toContainEqual({ name: 'CHANGE_TYPE_CARRIER_RATE_PLAN_CHANGE', value: '7', source: 'environment' });
  });

  test('of integrations that there are: other variables are neither read nor shown', () => {
    const config = load({ env: { INTEGRATION_TESTS: 'true', INTEGRATION_API_TOKEN: 's3cret', INTEGRATION_TEAL: '12' } });

    expect(config.number('INTEGRATION', 'Teal')).toBe(12);
    expect(JSON.stringify([config.describe(), config.warnings])).not.toMatch(/INTEGRATION_TESTS|s3cret/);
  });

  test('say where they came from when they are none', () => {
    expect(() => load({ dotenv: { INTEGRATION_POND: 'ten' } })).toThrow('INTEGRATION_POND=ten (.env) must be a whole number from 0 to');
  });
});

describe('settings of one provider alone', () => {
  test.each([
    ['POND_PASWORD_4', 'POND_PASSWORD_4'],
    ['POND_RAT_12', 'POND_RATE_12'],
    ['PAGE_SIZE_4', 'PAGE_SIZE'],
  ])('a misspelt %s is told as %s', (name, meant) => {
    expect(load({ env: { [name]: 'x' } }).warnings).toEqual([`${name} is not a setting; did you mean ${meant}?`]);
  });

  test('are warned about above a documented limit, and count', () => {
    const config = load({
      env: { JASPER_BASE_URL: 'https://j', JASPER_USERNAME: 'u', JASPER_API_KEY: 'key-of-jasper', JASPER_RATE_4: '9' },
    });

    expect(config.warnings).toEqual([expect.stringContaining('JASPER_RATE_4=9 is above the documented limit of 5')]);
    expect(config.account(jasper, 4)).toMatchObject({ pace: { perSecond: 9 } });
    expect(config.account(jasper, 5)).toMatchObject({ pace: { perSecond: 4 } });
  });
});

test('built-in defaults are shown as defaults, not as missing', () => {
  expect(load({}).describe()).toEqual(
    expect.arrayContaining([
      { name: 'POND_CONCURRENCY', value: '2', source: 'default' },
      { name: 'POND_DEADLINE_SECONDS', value: '900', source: 'default' },
      { name: 'REVIO_NUMBER_QUERY', value: 'search.number', source: 'default' },
      { name: 'POND_API_KEY', value: '', source: 'missing' },
    ]),
  );
});

test('a copied .env.example changes nothing', () => {
  const copied = load({ dotenv: parse(readFileSync('.env.example')) });

  expect(copied.describe()).toEqual(load({}).describe());
  expect(copied.warnings).toEqual([]);
});
