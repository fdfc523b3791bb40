import { describe, expect, test } from 'vitest';

import { jasper } from '../../src/carriers/jasper/jasper.ts';
import { pond } from '../../src/carriers/pond/pond.ts';
import { ACME, acme, integration, load, loadReal } from './load.ts';

describe('an account is made of the settings of its integration', () => {
  test('with the defaults of what may be missing', () => {
    expect(load({ env: ACME }).account(acme, null)).toEqual({
      ok: true,
      settings: { BASE_URL: 'https://acme.example/v1', USERNAME: 'me', API_KEY: 'key-of-acme', REALM: 'main' },
      pace: { concurrency: 2, perSecond: 4 },
      timeoutMs: 30_000,
      batchSize: 1,
      deadlineMs: 900_000,
    });
  });

  test('with as many devices in one request as is set, where devices share requests', () => {
    const sharing = integration({ batchSize: 200 });
    const sizes = [{}, { ACME_BATCH_SIZE: '50' }].map((env) => {
      const account = load({ env: { ...ACME, ...env }, integrations: [sharing] }).account(sharing, null);
      return account.ok ? account.batchSize : null;
    });

    expect(sizes).toEqual([200, 50]);
    expect(() => load({ env: { ...ACME, ACME_BATCH_SIZE: '0' }, integrations: [sharing] })).toThrow('ACME_BATCH_SIZE=0');
  });

  test('a lost change is read back for as long as its integration says, or SETTLE_SECONDS, or its own setting', () => {
    const slow = integration({ settleMs: 900_000 });
    const general = { SETTLE_SECONDS: '60' };
    const times = [{}, general, { ...general, ACME_SETTLE_SECONDS: '120' }].map((env) => {
      const account = load({ env: { ...ACME, ...env }, integrations: [slow] }).account(slow, null);
      return account.ok ? account.settleMs : null;
    });

    expect(times).toEqual([900_000, 60_000, 120_000]);
  });

  test('with what is set instead', () => {
    const env = {
      ...ACME,
      ACME_BASE_URL: 'https://acme.example//',
      ACME_REALM: 'own',
      ACME_TIMEOUT_SECONDS: '1.5',
      ACME_DEADLINE_SECONDS: '60',
    };

    expect(load({ env }).account(acme, null)).toMatchObject({
      settings: { BASE_URL: 'https://acme.example', REALM: 'own' },
      timeoutMs: 1500,
      deadlineMs: 60_000,
    });
  });

  test('and all that is missing is named; nothing else fails for it', () => {
    const config = load({ env: { ACME_USERNAME: 'me', ACME_API_KEY: ' ' } });

    expect(config.account(acme, null)).toEqual({ ok: false, missing: ['ACME_BASE_URL', 'ACME_API_KEY'] });
    expect(config.pageSize).toBe(100);
  });

  test('POND wants a distributor beside its credentials', () => {
    expect(loadReal({ env: { POND_USERNAME: 'me' } }).account(pond, 1)).toEqual({
      ok: false,
      missing: ['POND_BASE_URL', 'POND_DISTRIBUTOR_ID', 'POND_API_KEY', 'POND_PASSWORD'],
    });
  });
});

describe('settings that end in a provider’s id are of that provider alone', () => {
  const config = load({
    env: { ...ACME, ACME_API_KEY_4: 'key-of-four', ACME_RATE_4: '1', ACME_BASE_URL_14: 'https://fourteen.example/' },
  });

  test.each([
    [null, 'key-of-acme', 'https://acme.example/v1', 4],
    [1, 'key-of-acme', 'https://acme.example/v1', 4],
    [4, 'key-of-four', 'https://acme.example/v1', 1],
    [14, 'key-of-acme', 'https://fourteen.example', 4],
    [44, 'key-of-acme', 'https://acme.example/v1', 4],
  ])('provider %s', (providerId, key, url, perSecond) => {
    expect(config.account(acme, providerId)).toMatchObject({ ok: true, settings: { API_KEY: key, BASE_URL: url }, pace: { perSecond } });
  });

  test('an own setting wins even when the shared one stands in a stronger place', () => {
    const mixed = load({ flags: ACME, dotenv: { ACME_API_KEY_4: 'key-of-four' } });

    expect(mixed.account(acme, 4)).toMatchObject({ settings: { API_KEY: 'key-of-four' } });
  });

  test('a provider may have all of its settings alone; others lack them then', () => {
    const own = load({ env: Object.fromEntries(Object.entries(ACME).map(([name, value]) => [`${name}_4`, value])) });

    expect(own.account(acme, 4)).toMatchObject({ ok: true });
    expect(own.account(acme, 5)).toEqual({ ok: false, missing: ['ACME_BASE_URL', 'ACME_USERNAME', 'ACME_API_KEY'] });
  });

  test('their secrets are secrets', () => {
    expect(config.secrets).toEqual(['key-of-acme', 'key-of-four']);
    expect(JSON.stringify(config.describe())).not.toContain('key-of-four');
  });
});

describe('--concurrency and --rate lower the pace and never lift it', () => {
  test.each([
    ['none', null, null, 2, 4],
    ['lower', 1, 0.5, 1, 0.5],
    ['equal', 2, 4, 2, 4],
    ['higher', 99, 99, 2, 4],
    ['one of them', null, 1, 2, 1],
  ])('%s', (_name, concurrency, perSecond, ...pace) => {
    const config = load({ env: ACME, ceilings: { concurrency, perSecond } });

    expect(config.account(acme, null)).toMatchObject({ pace: { concurrency: pace[0], perSecond: pace[1] } });
  });

  test('a rate limits an integration that has none', () => {
    const free = integration({ pace: { concurrency: 2, perSecond: null, source: 'none' } });

    const [limited, unlimited] = [3, null].map((perSecond) =>
      load({ env: ACME, integrations: [free], ceilings: { concurrency: null, perSecond } }).account(free, null),
    );

    expect(limited).toMatchObject({ pace: { concurrency: 2, perSecond: 3 } });
    expect(unlimited).toMatchObject({ pace: { concurrency: 2, perSecond: null } });
  });

  test('they lower what the settings lifted, also of one provider', () => {
    const config = load({
      env: { ...ACME, ACME_CONCURRENCY: '10', ACME_CONCURRENCY_4: '20' },
      ceilings: { concurrency: 5, perSecond: null },
    });

    expect([null, 4].map((id) => config.account(acme, id))).toMatchObject([{ pace: { concurrency: 5 } }, { pace: { concurrency: 5 } }]);
  });
});

describe('a setting above a documented limit is warned about, and counts', () => {
  test.each([
    ['at the limit', { ACME_CONCURRENCY: '3', ACME_RATE: '8.33' }, []],
    ['concurrency above', { ACME_CONCURRENCY: '4' }, ['ACME_CONCURRENCY=4 is above the documented limit of 3 (Acme REST API)']],
    ['rate above', { ACME_RATE: '8.5' }, ['ACME_RATE=8.5 is above the documented limit of 8.33 (Acme REST API)']],
    ['of one provider', { ACME_RATE_2: '9' }, ['ACME_RATE_2=9 is above the documented limit of 8.33 (Acme REST API)']],
  ])('%s', (_name, env, warnings) => {
    expect(load({ env }).warnings).toEqual(warnings);
  });

  test('it counts', () => {
    expect(load({ env: { ...ACME, ACME_CONCURRENCY: '9' } }).account(acme, null)).toMatchObject({ pace: { concurrency: 9 } });
  });

  test('Jasper takes five calls a second; one provider may be lifted alone', () => {
    const config = loadReal({
      env: { JASPER_BASE_URL: 'https://j', JASPER_USERNAME: 'u', JASPER_API_KEY: 'key-of-jasper', JASPER_RATE_4: '9' },
      ceilings: { concurrency: 99, perSecond: 99 },
    });

    expect(config.warnings).toEqual([expect.stringContaining('JASPER_RATE_4=9 is above the documented limit of 5')]);
    expect([4, 5].map((id) => config.account(jasper, id))).toMatchObject([
      { pace: { concurrency: 1, perSecond: 9 } },
      { pace: { concurrency: 1, perSecond: 4 } },
    ]);
  });

  test('where no limit is documented nothing is above it', () => {
    const open = integration({ documented: { concurrency: null, perSecond: null } });

    expect(load({ env: { ACME_CONCURRENCY: '99', ACME_RATE: '99' }, integrations: [open] }).warnings).toEqual([]);
  });
});
