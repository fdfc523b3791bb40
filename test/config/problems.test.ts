import { describe, expect, test } from 'vitest';

import { PondBulkError } from '../../src/domain/errors.ts';
import { load } from './load.ts';

describe('what is wrong is told with its name, its place and what is expected', () => {
  test.each([
    ['PAGE_SIZE', '0', 'must be a whole number from 1 to 2000'],
    ['PAGE_SIZE', '2001', 'must be a whole number from 1 to 2000'],
    ['PAGE_SIZE', '1.5', 'must be a whole number from 1 to 2000'],
    ['PAGE_SIZE', '1e2', 'must be a whole number from 1 to 2000'],
    ['MAX_PARALLEL_REQUESTS', '-1', 'must be a whole number from 1 to 1000'],
    ['RETRY_MAX_COUNT', '21', 'must be a whole number from 0 to 20'],
    ['SETTLE_SECONDS', '0', 'must be a number above 0'],
    ['SETTLE_SECONDS', 'NaN', 'must be a number above 0'],
    ['POND_BULK_ENVIRONMENT', 'Production', 'must be production or sandbox'],
    ['PERMISSIONS', 'none', 'must be tables or grants'],
    ['REFUSE_ACTIVE_REV_SERVICES', 'yes', 'must be 0 or 1'],
    ['ACME_BASE_URL', 'acme.example', 'must be an http(s) URL'],
    ['ACME_BASE_URL', 'ftp://acme.example', 'must be an http(s) URL'],
    ['ACME_BASE_URL', 'https:///v1', 'must be an http(s) URL'],
    ['ACME_CONCURRENCY', '0', 'must be a whole number from 1 to 10000'],
    ['ACME_RATE', '-1', 'must be a number above 0'],
    ['ACME_RATE_4', 'fast', 'must be a number above 0'],
    ['ACME_TIMEOUT_SECONDS', '30s', 'must be a number above 0'],
    ['ACME_DEADLINE_SECONDS', '0.0', 'must be a number above 0'],
    ['CHANGE_TYPE_CUSTOMERASSIGNMENT', 'seven', 'must be a whole number'],
    ['INTEGRATION_POND', '-10', 'must be a whole number'],
    ['PORTAL_TYPE_M2M', '1.0', 'must be a whole number'],
  ])('%s=%s', (name, value, expected) => {
    const loading = () => load({ dotenv: { [name]: value } });

    expect(loading).toThrow(PondBulkError);
    expect(loading).toThrow(expect.objectContaining({ kind: 'config', code: 'CONFIG_INVALID' }));
    expect(loading).toThrow(`${name}=${value}`);
    expect(loading).toThrow(expected);
  });

  test.each([
    ['flag', { flags: { PAGE_SIZE: 'x' } }],
    ['environment', { env: { PAGE_SIZE: 'x' } }],
    ['.env', { dotenv: { PAGE_SIZE: 'x' } }],
  ])('a value that comes from the %s', (source, input) => {
    expect(() => load(input)).toThrow(`PAGE_SIZE=x (${source}) must be`);
  });

  test('what is overruled is not looked at', () => {
    expect(load({ env: { PAGE_SIZE: '5' }, dotenv: { PAGE_SIZE: 'x' } }).pageSize).toBe(5);
  });
});

test('all problems are told at once, each on its line', () => {
  const loading = () =>
    load({
      flags: { PAGE_SIZE: '0' },
      env: { POND_BULK_ENVIRONMENT: 'test', ACME_RATE: 'fast', ACME_RATE_9: 'faster', CHANGE_TYPE_X: 'y' },
      dotenv: { DATABASE_URL: 'postgres://host' },
    });

  expect(loading).toThrow(/^6 settings are not valid:\n {2}/);
  for (const name of ['PAGE_SIZE', 'POND_BULK_ENVIRONMENT', 'ACME_RATE', 'ACME_RATE_9', 'CHANGE_TYPE_X', 'DATABASE_URL']) {
    expect(loading).toThrow(new RegExp(`^ {2}${name}\\b`, 'm'));
  }
});

test('one problem is told in the singular', () => {
  expect(() => load({ env: { PAGE_SIZE: '0' } })).toThrow(/^A setting is not valid:\n {2}PAGE_SIZE=0 /);
});

describe('a name that is almost a setting is told, with the setting', () => {
  test.each([
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['PAGESIZE', 'PAGE_SIZE'],
    ['POND_BULK_OPERATR', 'POND_BULK_OPERATOR'],
    ['ACME_APIKEY', 'ACME_API_KEY'],
    ['ACME_CONCURENCY', 'ACME_CONCURRENCY'],
    ['ACME_API_KEY_A', 'ACME_API_KEY'],
  ])('%s', (name, meant) => {
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
      ACME_API_KEY_12: 'x',
      CHANGE_TYPE_X: '1',
      INTEGRATION_POND: '10',
      PORTAL_TYPE_M2M: '0',
    };

    expect(load({ env }).warnings).toEqual([]);
  });
});

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
});
