import fc from 'fast-check';
import { expect, test } from 'vitest';

import { jasper } from '../../src/carriers/jasper/jasper.ts';
import { pond } from '../../src/carriers/pond/pond.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { secretsIn, shown } from '../../src/config/shown.ts';

/** What an operator may type as a password without thinking of URLs; marked, so that it is in nothing else by chance. */
const password = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).map((text) => `s3cr${text.trim()}t3rces`);

test('whatever the password of a database is, no report and no error holds it', () => {
  fc.assert(
    fc.property(password, (secret) => {
      const told = tell({ DATABASE_URL: `mssql://jane:${secret}@db.example:1433/portal` });

      expect(told).not.toContain(secret);
    }),
  );
});

test('whatever the key of a carrier is, no report and no error holds it', () => {
  fc.assert(
    fc.property(password, fc.constantFrom('', 'mssql://', 'sqlite:', 'https://a:b@'), fc.boolean(), (secret, prefix, wrong) => {
      const told = tell({ POND_API_KEY: `${prefix}${secret}`, JASPER_API_KEY_4: secret, ...(wrong ? { PAGE_SIZE: 'x' } : {}) });

      expect(told).not.toContain(secret);
    }),
  );
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

test('a password is redacted as it is written, as a URL spells it and as it is meant', () => {
  expect(secretsIn('mssql://jane:p@%41ä@host/db', 'url-password')).toEqual(['p@%41ä', 'p%40%41%C3%A4', 'p@Aä']);
});

/** Everything that a configuration tells: its report and warnings, or the error. */
function tell(env: Readonly<Record<string, string>>): string {
  try {
    const config = loadConfig({
      flags: {},
      env,
      dotenv: {},
      integrations: [pond, jasper],
      ceilings: { concurrency: null, perSecond: null },
    });
    return [...config.describe().map(({ name, value }) => `${name}=${value}`), ...config.warnings].join('\n');
  } catch (error) {
    return String(error);
  }
}
