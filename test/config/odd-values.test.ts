import { describe, expect, test } from 'vitest';

import { load } from './load.ts';

// Each test states what is right and is expected to fail today. Whoever mends one moves it to the other tests.

describe('no secret is shown', () => {
  test.each(['Pa=ss^w', 'pa;ss', 'p@ss'])('a password with characters that are not written as %%XX: %s', (password) => {
    const shown = JSON.stringify(load({ env: { DATABASE_URL: `mssql://me:${password}@host/db` } }).describe());

    expect(shown).not.toContain(password);
  });

  test.each(['s3cret://word', 'sqlite:s3cret'])('a key that looks like a URL: %s', (key) => {
    const config = load({ env: { ACME_API_KEY: key } });

    expect(JSON.stringify(config.describe())).not.toContain(key);
    expect(config.secrets).toContain(key);
  });

  test('the value of a variable that is no setting of ours', () => {
    expect(load({ env: { INTEGRATION_API_TOKEN: 's3cret' } }).warnings).toEqual([]);
  });
});

test('a password with a lone % does not crash the start', () => {
  expect(() => load({ env: { DATABASE_URL: 'mssql://me:50%off@host/db' } })).not.toThrow(URIError);
});

test('a limit that one provider is lifted above is warned about', () => {
  expect(load({ env: { ACME_RATE_2: '9' } }).warnings).toEqual([expect.stringContaining('ACME_RATE_2=9 is above the documented limit')]);
});

test('a misspelt name that ends in a provider’s id is told', () => {
  expect(load({ env: { ACME_API_KYE_4: 'x' } }).warnings).toEqual([expect.stringContaining('ACME_API_KYE_4 is not a setting')]);
});

test('a number that is accepted is used', () => {
  const config = load({ env: { CHANGE_TYPE_CARRIER_RATE_PLAN_CHANGE: '7' } });

  expect(config.number('CHANGE_TYPE', 'CarrierRatePlanChange')).toBe(7);
});
