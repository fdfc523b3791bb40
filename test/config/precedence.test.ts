import { describe, expect, test } from 'vitest';

import { SETTINGS } from '../../src/config/settings.ts';
import { ACME, acme, load } from './load.ts';

describe('a flag wins over the environment, that over .env, that over the default', () => {
  const [flags, env, dotenv] = [{ PAGE_SIZE: '1' }, { PAGE_SIZE: '2' }, { PAGE_SIZE: '3' }];

  test.each([
    ['all of them', { flags, env, dotenv }, 1, 'flag'],
    ['a flag and .env', { flags, dotenv }, 1, 'flag'],
    ['the environment and .env', { env, dotenv }, 2, 'environment'],
    ['.env', { dotenv }, 3, '.env'],
    ['nothing', {}, 100, 'default'],
    ['an empty flag is not given', { flags: { PAGE_SIZE: '' }, env }, 2, 'environment'],
    ['a blank variable is not given', { env: { PAGE_SIZE: '  ' }, dotenv }, 3, '.env'],
    ['an undefined flag is not given', { flags: { PAGE_SIZE: undefined }, dotenv }, 3, '.env'],
  ] as const)('%s', (_name, input, value, source) => {
    const config = load(input);

    expect(config.pageSize).toBe(value);
    expect(config.describe()).toContainEqual({ name: 'PAGE_SIZE', value: String(value), source });
  });

  test('the same holds for the settings of an account', () => {
    const config = load({
      flags: { ACME_USERNAME: 'flag' },
      env: { ...ACME, ACME_RATE: '1' },
      dotenv: { ACME_RATE: '2', ACME_REALM: 'own' },
    });

    expect(config.account(acme, null)).toMatchObject({ ok: true, settings: { USERNAME: 'flag', REALM: 'own' }, pace: { perSecond: 1 } });
  });

  test('blanks around a value do not belong to it', () => {
    expect(load({ env: { POND_BULK_OPERATOR: ' jane ' } }).operator).toBe('jane');
  });
});

test('every setting has its default when nothing is given', () => {
  expect(load()).toMatchObject({
    databaseUrl: null,
    databaseUrlRead: null,
    serviceProvider: null,
    operator: null,
    environment: 'production',
    maxParallelRequests: 64,
    pageSize: 100,
    retryMaxCount: 3,
    settleSeconds: 30,
    refuseActiveRevServices: false,
    permissions: 'tables',
    queryOperator: null,
    secrets: [],
    warnings: [],
  });
});

test('describe() names every setting once, also those that are missing', () => {
  const names = load({ env: { ...ACME, ACME_API_KEY_7: 'x' } })
    .describe()
    .map(({ name }) => name);

  expect(names).toEqual(expect.arrayContaining(Object.values(SETTINGS).map(({ name }) => name)));
  expect(names).toEqual(expect.arrayContaining(['ACME_API_KEY', 'ACME_API_KEY_7', 'ACME_RATE', 'ACME_DEADLINE_SECONDS']));
  expect(new Set(names).size).toBe(names.length);
  expect(load().describe()).toContainEqual({ name: 'DATABASE_URL', value: '', source: 'missing' });
});
