import { describe, expect, test } from 'vitest';

import { revio } from '../../src/billing/revio/revio.ts';
import { CARRIERS } from '../../src/carriers/registry.ts';
import { pond } from '../../src/carriers/pond/pond.ts';
import { jasper } from '../../src/carriers/jasper/jasper.ts';
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

const POND = {
  POND_BASE_URL: 'https://pond.example/v1/',
  POND_DISTRIBUTOR_ID: '7',
  POND_API_KEY: 'key-of-pond',
  POND_USERNAME: 'me',
  POND_PASSWORD: 'pass-of-pond',
};

describe('settings', () => {
  test('a flag wins over the environment, that over .env, that over the default', () => {
    const all = load({ flags: { PAGE_SIZE: '1' }, env: { PAGE_SIZE: '2' }, dotenv: { PAGE_SIZE: '3' } });
    const two = load({ env: { PAGE_SIZE: '2' }, dotenv: { PAGE_SIZE: '3' } });
    const one = load({ dotenv: { PAGE_SIZE: '3' } });

    expect([all.pageSize, two.pageSize, one.pageSize, load({}).pageSize]).toEqual([1, 2, 3, 100]);
  });

  test('every problem is told at once', () => {
    const wrong = () =>
      load({ env: { PAGE_SIZE: '0', POND_BULK_ENVIRONMENT: 'test', POND_RATE: 'fast', DATABASE_URL: 'postgres://me:secret-word@x' } });

    expect(wrong).toThrow(/4 settings are not valid:\n.*DATABASE_URL.*\n.*POND_BULK_ENVIRONMENT=test.*\n.*PAGE_SIZE=0.*\n.*POND_RATE=fast/);
    expect(wrong).not.toThrow(/secret-word/);
  });

  test('secrets are masked wherever settings are shown', () => {
    const config = load({ env: { ...POND, DATABASE_URL: 'mssql://me:p%40ss-of-db@host/db' } });
    const shown = JSON.stringify(config.describe());

    expect(shown).not.toMatch(/key-of-pond|pass-of-pond|p%40ss-of-db|p@ss-of-db/);
    expect(shown).toContain('mssql://me:********@host/db');
    expect(config.secrets).toEqual(expect.arrayContaining(['key-of-pond', 'pass-of-pond', 'p%40ss-of-db', 'p@ss-of-db']));
  });

  test('a second provider of an integration has settings of its own, and shares the others', () => {
    const config = load({ env: { ...POND, POND_API_KEY_4: 'key-of-four' } });

    const [four, one] = [config.account(pond, 4), config.account(pond, 1)];

    expect(four).toMatchObject({ ok: true, settings: { API_KEY: 'key-of-four', USERNAME: 'me', BASE_URL: 'https://pond.example/v1' } });
    expect(one).toMatchObject({ ok: true, settings: { API_KEY: 'key-of-pond' } });
    expect(config.secrets).toContain('key-of-four');
  });

  test('missing credentials are named', () => {
    expect(load({ env: { POND_USERNAME: 'me' } }).account(pond, 1)).toEqual({
      ok: false,
      missing: ['POND_BASE_URL', 'POND_DISTRIBUTOR_ID', 'POND_API_KEY', 'POND_PASSWORD'],
    });
  });

  test('--concurrency and --rate lower the pace and never lift it; settings above a documented limit are warned about', () => {
    const env = {
      ...POND,
      POND_CONCURRENCY: '10',
      POND_RATE: '20',
      JASPER_BASE_URL: 'https://j',
      JASPER_USERNAME: 'u',
      JASPER_API_KEY: 'key-of-jasper',
      JASPER_RATE: '9',
    };

    const lowered = load({ env, ceilings: { concurrency: 4, perSecond: 2 } });
    const lifted = load({ env, ceilings: { concurrency: 99, perSecond: 99 } });

    expect(lowered.account(pond, 1)).toMatchObject({ pace: { concurrency: 4, perSecond: 2 } });
    expect(lifted.account(pond, 1)).toMatchObject({ pace: { concurrency: 10, perSecond: 20 } });
    expect(lifted.account(jasper, 2)).toMatchObject({ pace: { concurrency: 1, perSecond: 9 } });
    expect(lifted.warnings).toEqual([expect.stringContaining('JASPER_RATE=9 is above the documented limit of 5')]);
  });

  test('a misspelt name is told', () => {
    expect(load({ env: { POND_PASWORD: 'x', HOME: '/', POND_BULK_TEST_SQLSERVER_URL: 'x' } }).warnings).toEqual([
      'POND_PASWORD is not a setting; did you mean POND_PASSWORD?',
    ]);
  });

  test('numbers that the look-up tables lack', () => {
    expect(load({ env: { CHANGE_TYPE_CARRIERRATEPLANCHANGE: '17' } }).number('CHANGE_TYPE', 'CarrierRatePlanChange')).toBe(17);
  });
});
