import { expect, test } from 'vitest';

import { load } from './load.ts';

test.each([
  ['DATABASE_ULR', 'DATABASE_URL'],
  ['PAGESIZE', 'PAGE_SIZE'],
  ['POND_BULK_OPERATR', 'POND_BULK_OPERATOR'],
  ['ACME_APIKEY', 'ACME_API_KEY'],
  ['ACME_CONCURENCY', 'ACME_CONCURRENCY'],
  ['ACME_API_KEY_A', 'ACME_API_KEY'],
  // Of one provider alone; not every setting can be.
  ['ACME_API_KYE_4', 'ACME_API_KEY_4'],
  ['ACME_RAT_12', 'ACME_RATE_12'],
  ['PAGE_SIZE_4', 'PAGE_SIZE'],
])('a name that is almost a setting is told, with the setting: %s', (name, meant) => {
  expect(load({ dotenv: { [name]: 'x' } }).warnings).toEqual([`${name} is not a setting; did you mean ${meant}?`]);
});

test('wherever it was given, and every one of them', () => {
  const { warnings } = load({ flags: { PAGE_SIZ: '1' }, env: { ACME_RAT: '1' }, dotenv: { DATABASE_UR: 'x' } });

  expect(warnings).toHaveLength(3);
});

test('variables of others are nobody’s mistake', () => {
  const env = { HOME: '/', PATH: '/bin', LANG: 'C', TERM: 'x', NODE_ENV: 'x', POND_BULK_TEST_SQLSERVER_URL: 'x', POND_BULK_KILL_AT: '3' };

  expect(load({ env }).warnings).toEqual([]);
});

test('settings that are known are none, the numbered ones included', () => {
  const env = {
    ACME_RATE: '1',
    ACME_RATE_4: '1',
    ACME_API_KEY_12: 'key-of-12',
    CHANGE_TYPE_X: '1',
    INTEGRATION_POND: '10',
    PORTAL_TYPE_M2M: '0',
  };

  expect(load({ env }).warnings).toEqual([]);
});
