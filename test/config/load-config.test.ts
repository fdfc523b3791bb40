import { describe, expect, test } from 'vitest';

import { SETTINGS } from '../../src/config/settings.ts';
import { PondBulkError } from '../../src/domain/errors.ts';
import { ACME, acme, load, loadReal } from './load.ts';

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
    ['what is overruled is not looked at', { env, dotenv: { PAGE_SIZE: 'x' } }, 2, 'environment'],
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

describe('a secret that is too short to be found and removed in a log is refused, and not shown', () => {
  test.each([
    ['ACME_API_KEY', 'k#9'],
    ['ACME_API_KEY_4', 'k#9'],
    ['DATABASE_URL', 'mssql://jane:k%239@host/db'],
    ['DATABASE_URL_READ', 'Server=host;Database=db;User Id=jane;Password="k#9"'],
  ])('%s', (name, text) => {
    const loading = () => load({ env: { [name]: text } });

    expect(loading).toThrow(
      new RegExp(`^A setting is not valid:\\n {2}${name} \\(environment\\) holds a secret of less than 4 characters[^#]*$`),
    );
  });

  test('four characters are enough', () => {
    expect(load({ env: { ACME_API_KEY: 'k#98' } }).secrets).toEqual(['k#98']);
  });
});

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
    ['ACME_BASE_URL', 'acme.example', 'must be an https URL'],
    ['ACME_BASE_URL', 'ftp://acme.example', 'must be an https URL'],
    ['ACME_BASE_URL', 'https:///v1', 'must be an https URL'],
    ['ACME_CONCURRENCY', '0', 'must be a whole number from 1 to 10000'],
    ['ACME_RATE', '-1', 'must be a number above 0'],
    ['ACME_RATE_4', 'fast', 'must be a number above 0'],
    ['ACME_TIMEOUT_SECONDS', '30s', 'must be a number above 0'],
    ['ACME_DEADLINE_SECONDS', '0.0', 'must be a number above 0'],
    ['CHANGE_TYPE_CUSTOMERASSIGNMENT', 'seven', 'must be a whole number'],
    ['INTEGRATION_POND', '-10', 'must be a whole number from 0 to'],
    ['INTEGRATION_POND', 'ten', 'must be a whole number from 0 to'],
    ['PORTAL_TYPE_M2M', '1.0', 'must be a whole number'],
  ])('%s=%s', (name, value, expected) => {
    const loading = () => load({ dotenv: { [name]: value } });

    expect(loading).toThrow(PondBulkError);
    expect(loading).toThrow(expect.objectContaining({ kind: 'config', code: 'CONFIG_INVALID' }));
    expect(loading).toThrow(`A setting is not valid:\n  ${name}=${value} (.env) ${expected}`);
  });

  test.each([
    ['flag', { flags: { PAGE_SIZE: 'x' } }],
    ['environment', { env: { PAGE_SIZE: 'x' } }],
    ['.env', { dotenv: { PAGE_SIZE: 'x' } }],
  ])('a value that comes from the %s', (source, input) => {
    expect(() => load(input)).toThrow(`PAGE_SIZE=x (${source}) must be`);
  });

  test('all problems at once, each on its line', () => {
    const loading = () =>
      load({
        flags: { PAGE_SIZE: '0' },
        env: { POND_BULK_ENVIRONMENT: 'test', ACME_RATE: 'fast', ACME_RATE_9: 'faster', CHANGE_TYPE_X: 'y' },
        dotenv: { DATABASE_URL: 'postgres://host' },
      });

    const names = ['DATABASE_URL', 'POND_BULK_ENVIRONMENT', 'PAGE_SIZE', 'ACME_RATE', 'ACME_RATE_9', 'CHANGE_TYPE_X'];
    expect(loading).toThrow(new RegExp(`^6 settings are not valid:${names.map((name) => `\\n {2}${name}[= ].*`).join('')}$`));
  });
});

test.each(['0', '1001', 'many'])('a call holds 1 to 1000 devices, not %s', (size) => {
  expect(() => loadReal({ env: { TEAL_BATCH_SIZE: size } })).toThrow(`TEAL_BATCH_SIZE=${size} (environment) must be a whole number`);
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

describe('what describe() shows', () => {
  test('every setting once, also those that are missing', () => {
    const names = load({ env: { ...ACME, ACME_API_KEY_7: 'key-of-7' } })
      .describe()
      .map(({ name }) => name);

    expect(names).toEqual(expect.arrayContaining(Object.values(SETTINGS).map(({ name }) => name)));
    expect(names).toEqual(expect.arrayContaining(['ACME_API_KEY', 'ACME_API_KEY_7', 'ACME_RATE', 'ACME_DEADLINE_SECONDS']));
    expect(new Set(names).size).toBe(names.length);
  });

  test('built-in defaults as defaults, and what is missing as missing, secrets too', () => {
    expect(loadReal({}).describe()).toEqual(
      expect.arrayContaining([
        { name: 'DATABASE_URL', value: '', source: 'missing' },
        { name: 'POND_CONCURRENCY', value: '2', source: 'default' },
        { name: 'POND_DEADLINE_SECONDS', value: '900', source: 'default' },
        { name: 'REVIO_NUMBER_QUERY', value: 'search.number', source: 'default' },
        { name: 'POND_API_KEY', value: '', source: 'missing' },
      ]),
    );
  });

  test('what is no secret', () => {
    const shown = load({ env: { ACME_USERNAME: 'jane' } }).describe();

    expect(shown).toContainEqual({ name: 'ACME_USERNAME', value: 'jane', source: 'environment' });
  });
});
