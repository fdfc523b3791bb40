import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { ConfigInput } from '../../src/config/load-config.ts';
import { secretsIn, shown } from '../../src/config/shown.ts';
import { PondBulkError } from '../../src/domain/errors.ts';
import { load } from './load.ts';

// fast-check prints the seed of a run that fails.

/** What an operator may type as a password without thinking of URLs; marked, so that it is in nothing else by chance. */
const password = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).map((text) => `s3cr${text.trim()}t3rces`);
/** One that a URL takes when it is encoded. */
const encodable = fc.string({ maxLength: 40, unit: 'grapheme-ascii' }).map((text) => `s3cr${text.replaceAll(/[\s:]/g, '')}t3rces`);
const place = fc.constantFrom('flags', 'env', 'dotenv');

/** Everything that a configuration tells: its report and warnings, or the error. */
function told(input: Partial<ConfigInput>): string {
  try {
    const config = load(input);
    return [...config.describe().map(({ name, value }) => `${name}=${value}`), ...config.warnings].join('\n');
  } catch (error) {
    return String(error);
  }
}

describe('P10: no secret is shown, wherever it was set', () => {
  test('of an account, whatever it looks like, under a misspelt name too, and in an error', () => {
    const names = fc.constantFrom('ACME_API_KEY', 'ACME_API_KEY_4', 'ACME_API_KEYS', 'ACME_APIKEY');
    const prefixes = fc.constantFrom('', 'mssql://', 'sqlite:', 'https://a:b@');
    fc.assert(
      fc.property(password, prefixes, names, place, fc.boolean(), (secret, prefix, name, at, wrong) => {
        const text = told({ [at]: { [name]: `${prefix}${secret}`, ...(wrong ? { PAGE_SIZE: 'x' } : {}) } });

        expect(text).not.toContain(secret);
      }),
    );
  });

  test('of a database, whatever is typed', () => {
    fc.assert(
      fc.property(password, place, (secret, at) => {
        expect(told({ [at]: { DATABASE_URL: `mssql://jane:${secret}@db.example:1433/portal` } })).not.toContain(secret);
      }),
    );
  });

  test('of a database, written as it should be: the rest is shown', () => {
    fc.assert(
      fc.property(encodable, fc.constantFrom('DATABASE_URL', 'DATABASE_URL_READ'), place, (secret, name, at) => {
        const text = told({ [at]: { [name]: `mssql://jane:${encodeURIComponent(secret)}@db.example:1433/portal` } });

        expect(text).not.toContain(secret);
        expect(text).not.toContain(encodeURIComponent(secret));
        expect(text).toContain(`${name}=mssql://jane:********@db.example:1433/portal`);
      }),
    );
  });

  test('in an error: neither of the setting that is wrong nor of another', () => {
    fc.assert(
      fc.property(encodable, encodable, (secret, key) => {
        const text = told({ env: { DATABASE_URL: `postgres://jane:${secret}@host/db`, ACME_API_KEY: key, PAGE_SIZE: 'x' } });

        expect(text).toMatch(/2 settings are not valid:\n {2}DATABASE_URL \(environment\) must be mssql:.*\n {2}PAGE_SIZE=x/);
        expect(text).not.toContain(secret);
        expect(text).not.toContain(key);
      }),
    );
  });

  test.each([
    ['sqlite:portal.db', 'sqlite:portal.db'],
    ['mssql://jane@host/db', 'mssql://jane@host/db'],
    ['mssql://jane:secret@host/db?encrypt=true', 'mssql://jane:********@host/db?encrypt=true'],
    ['mssql://jane:Pa=ss^w@host/db', 'mssql://jane:********@host/db'],
    ['mssql://jane:pa;ss@host/db', 'mssql://jane:********@host/db'],
    ['mssql://jane:p@ss@host/db', 'mssql://jane:********@host/db'],
  ])('of a database without a password nothing is hidden, with one only that: %s', (url, text) => {
    expect(load({ env: { DATABASE_URL: url } }).describe()).toContainEqual({ name: 'DATABASE_URL', value: text, source: 'environment' });
  });

  test('of a connection string, quoted or not, in either key: the rest is shown', () => {
    const keys = fc.constantFrom('Password', 'pwd', 'PWD', 'Client Secret', 'client_secret');
    fc.assert(
      fc.property(encodable, keys, place, (secret, key, at) => {
        const login = /pwd|password/i.test(key)
          ? 'User Id=jane'
          : 'Authentication=ActiveDirectoryServicePrincipal;Tenant Id=t;Client Id=app';
        const text = told({ [at]: { DATABASE_URL: `Server=host;Database=db;${login};${key}="${secret.replaceAll('"', '""')}"` } });

        expect(text).not.toContain(secret);
        expect(text).not.toContain(secret.replaceAll('"', '""'));
        expect(text).toContain(`DATABASE_URL=Server=host;Database=db;${login};${key}=********`);
      }),
    );
  });

  test('of a connection string, whatever is typed', () => {
    fc.assert(
      fc.property(password, fc.constantFrom('', '"', "'", '{'), place, (secret, quote, at) => {
        const text = told({ [at]: { DATABASE_URL: `Server=host;Database=db;User Id=jane;Password=${quote}${secret}` } });

        expect(text).not.toContain(secret);
      }),
    );
  });

  test.each(['Server=host;Passwrd=s3cret', 'Server=host;Password="s3cret', 'Server=host;Password=a;s3cret'])(
    'a connection string that is none is not shown at all: %s',
    (text) => {
      expect(shown(text, 'connection')).toBe('********');
    },
  );

  test('a client secret in a URL', () => {
    const url = 'mssql://host/db?authentication=ActiveDirectoryServicePrincipal&tenantId=t&clientId=app&clientSecret=s3cret&encrypt=true';

    expect(shown(url, 'connection')).toBe(url.replace('s3cret', '********'));
  });

  test('a password with a lone % is a setting that is wrong', () => {
    expect(() => load({ env: { DATABASE_URL: 'mssql://me:50%off@host/db' } })).toThrow(PondBulkError);
  });

  test.each([
    ['https://jane:s3cret@host/v1', 'https://********@host/v1'],
    ['https://s3cret@host/v1', 'https://********@host/v1'],
    ['https://host/v1?token=s3cret', 'https://host/v1?********'],
    ['https://host/v1#s3cret', 'https://host/v1#********'],
    ['https://host/v1', 'https://host/v1'],
  ])('a base URL is shown without credentials: %s', (url, expected) => {
    expect(shown(url, null)).toBe(expected);
  });
});

describe('P10: every secret is known to the redaction', () => {
  test('as it is written and as it is meant', () => {
    fc.assert(
      fc.property(encodable, encodable, (secret, key) => {
        const encoded = encodeURIComponent(secret);

        const { secrets } = load({ env: { DATABASE_URL: `mssql://jane:${encoded}@host/db`, ACME_API_KEY_4: key } });

        expect(secrets).toEqual(expect.arrayContaining([secret, encoded, key]));
      }),
    );
  });

  test('as a URL spells it', () => {
    expect(secretsIn('mssql://jane:p@%41ä@host/db', 'connection')).toEqual(['p@%41ä', 'p%40%41%C3%A4', 'p@Aä']);
  });

  test.each([
    ['Server=host;Database=db;User Id=jane;Password="a""b;c"', ['a""b;c', 'a"b;c']],
    ["Server=host;Database=db;User Id=jane;pwd='it''s'", ["it''s", "it's"]],
    ['Server=host;Client Secret= s3cret ;Database=db', ['s3cret']],
    ['mssql://host/db?clientSecret=a%2Bb&clientId=app', ['a%2Bb', 'a+b']],
    ['mssql://jane:pass@host/db?Client_Secret=word', ['pass', 'word']],
  ])('of a connection, quoted and meant: %s', (text, secrets) => {
    expect(secretsIn(text, 'connection')).toEqual(secrets);
  });

  test.each(['s3cret://word', 'sqlite:s3cret'])('a key that looks like a URL: %s', (key) => {
    expect(load({ env: { ACME_API_KEY: key } }).secrets).toEqual([key]);
  });
});
