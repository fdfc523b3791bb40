import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Texts } from '../../src/config/load-config.ts';
import { load } from './load.ts';

/** Long enough to be in no name, source or other value by chance; no blanks at its ends. */
const secret = fc
  .string({ minLength: 8, maxLength: 40, unit: 'grapheme-ascii' })
  .map((text) => `s3cr-${text.replaceAll(/[\s:]/g, '')}-t3rces`);
const place = fc.constantFrom('flags', 'env', 'dotenv');

/** Everything a secret may have been set beside. */
const shownBy = (texts: Texts, at: 'flags' | 'env' | 'dotenv'): string => {
  const config = load({ [at]: texts });
  return [...config.describe().map(({ name, value }) => `${name}=${value}`), ...config.warnings].join('\n');
};

describe('no secret is shown', () => {
  test('of an account: neither by describe() nor by a warning, wherever it was set', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom('ACME_API_KEY', 'ACME_API_KEY_4', 'ACME_API_KEYS', 'ACME_APIKEY'), place, (value, name, at) => {
        expect(shownBy({ [name]: value }, at)).not.toContain(value);
      }),
    );
  });

  test('of a database: its password is masked, the rest is shown', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom('DATABASE_URL', 'DATABASE_URL_READ'), place, (value, name, at) => {
        const shown = shownBy({ [name]: `mssql://jane:${encodeURIComponent(value)}@db.example:1433/portal` }, at);

        expect(shown).not.toContain(value);
        expect(shown).not.toContain(encodeURIComponent(value));
        expect(shown).toContain(`${name}=mssql://jane:********@db.example:1433/portal`);
      }),
    );
  });

  test('in an error: neither of the setting that is wrong nor of another', () => {
    fc.assert(
      fc.property(secret, secret, (password, key) => {
        const failed = (): string => {
          try {
            load({ env: { DATABASE_URL: `postgres://jane:${password}@host/db`, ACME_API_KEY: key, PAGE_SIZE: 'x' } });
          } catch (error) {
            return String(error);
          }
          return '';
        };

        const message = failed();

        expect(message).toMatch(/2 settings are not valid:\n {2}DATABASE_URL \(environment\) must be mssql:.*\n {2}PAGE_SIZE=x/);
        expect(message).not.toContain(password);
        expect(message).not.toContain(key);
      }),
    );
  });

  test('and every secret is known to the redaction, as it is written and as it is meant', () => {
    fc.assert(
      fc.property(secret, secret, (password, key) => {
        const encoded = encodeURIComponent(password);

        const { secrets } = load({ env: { DATABASE_URL: `mssql://jane:${encoded}@host/db`, ACME_API_KEY_4: key } });

        expect(secrets).toEqual(expect.arrayContaining([password, encoded, key]));
      }),
    );
  });
});

test.each([
  ['sqlite:portal.db', 'sqlite:portal.db'],
  ['mssql://jane@host/db', 'mssql://jane@host/db'],
  ['mssql://jane:secret@host/db?encrypt=true', 'mssql://jane:********@host/db?encrypt=true'],
])('of a database without a password nothing is hidden, with one only that: %s', (url, shown) => {
  expect(load({ env: { DATABASE_URL: url } }).describe()).toContainEqual({ name: 'DATABASE_URL', value: shown, source: 'environment' });
});

test('a secret that is missing is shown as missing, and not masked', () => {
  expect(load().describe()).toContainEqual({ name: 'ACME_API_KEY', value: '', source: 'missing' });
});

test('what is no secret is shown', () => {
  expect(load({ env: { ACME_USERNAME: 'jane' } }).describe()).toContainEqual({
    name: 'ACME_USERNAME',
    value: 'jane',
    source: 'environment',
  });
});
