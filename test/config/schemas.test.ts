import { describe, expect, test } from 'vitest';

import { baseUrl, databaseUrl, perSecond, seconds } from '../../src/config/schemas.ts';
import { parseMssqlUrl } from '../../src/database/mssql-settings.ts';

describe('a database URL whose parts are in their places', () => {
  test.each([
    'sqlite:portal.db',
    'mssql://jane@host/db',
    'mssql://jane:secret@host/db',
    'mssql://jane:p%40ss%2F@host:1433/db?encrypt=true&trustServerCertificate=false',
    'mssql://jane:p@ss@host/db',
  ])('is taken: %s', (url) => {
    expect(databaseUrl.safeParse(url).success).toBe(true);
  });

  test('is one that the database understands', () => {
    const url = databaseUrl.parse('mssql://jane:p%40ss%2F@host/db?encrypt=false');

    expect(parseMssqlUrl(url)).toMatchObject({ user: 'jane', password: 'p@ss/', server: 'host', database: 'db', encrypt: false });
  });

  test.each([
    ['no file', 'sqlite:'],
    ['another scheme', 'postgres://jane:secret@host/db'],
    ['no user', 'mssql://host/db'],
    ['no host', 'mssql://jane:secret@/db'],
    ['no database', 'mssql://jane:secret@host'],
    ['a bare % in the password', 'mssql://jane:50%off@host/db'],
    ['a bare / in the password', 'mssql://jane:12/34@host/db'],
    ['a bare / after an @', 'mssql://a@jane:12/34@host/db'],
    ['a bare # in the password', 'mssql://jane:12#34@host/db'],
    ['a bare ? in the password', 'mssql://jane:12?34@host/db'],
    ['a parameter that nothing reads', 'mssql://jane:secret@host/db?Encrypt=true'],
    ['a parameter that is neither true nor false', 'mssql://jane:secret@host/db?encrypt=no'],
  ])('is not one with %s', (_name, url) => {
    expect(databaseUrl.safeParse(url).error?.issues[0]?.message).toMatch(/^must be mssql:\/\/.* or sqlite:FILE$/);
  });
});

test.each(['https://host?a=b', 'https://host/#a', 'https://jane@host', 'https://jane:secret@host', 'https:///v1', 'host/v1'])(
  'paths can be added to a base URL, and it may be shown: not %s',
  (url) => {
    expect(baseUrl.safeParse(url).success).toBe(false);
  },
);

test.each(['604801', '9'.repeat(400), '2147484'])('no wait is so long that Node would end it at once: %s s', (text) => {
  expect(seconds.safeParse(text).success).toBe(false);
});

test('a rate is a finite number', () => {
  expect([perSecond.safeParse('1000000').success, perSecond.safeParse('9'.repeat(400)).success]).toEqual([true, false]);
});
