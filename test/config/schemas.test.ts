import { describe, expect, test } from 'vitest';

import { baseUrl, databaseUrl, databaseUrlRead, perSecond, seconds } from '../../src/config/schemas.ts';

describe('a database', () => {
  test.each(['sqlite:portal.db', 'mssql://jane:secret@host/db', 'Server=host;Database=db;User Id=jane;Password=secret'])(
    'is taken: %s',
    (text) => {
      expect([databaseUrl, databaseUrlRead].map((schema) => schema.safeParse(text).success)).toEqual([true, true]);
    },
  );

  test.each([
    ['sqlite:', /^must be mssql:\/\/.* or sqlite:FILE$/],
    ['postgres://jane:secret@host/db', /^must be mssql:\/\/.* or sqlite:FILE$/],
    ['mssql://jane:secret@host/db?encrypt=no way', /^has encrypt that is not true, false or strict$/],
  ])('is refused with a reason: %s', (text, reason) => {
    for (const schema of [databaseUrl, databaseUrlRead]) expect(schema.safeParse(text).error?.issues[0]?.message).toMatch(reason);
  });

  test('that can only read is one for dry runs', () => {
    const text = 'mssql://jane:secret@host/db?applicationIntent=ReadOnly';

    expect(databaseUrlRead.safeParse(text).success).toBe(true);
    expect(databaseUrl.safeParse(text).error?.issues[0]?.message).toMatch(/ReadOnly, which belongs to DATABASE_URL_READ/);
  });
});

test.each(['https://host?a=b', 'https://host/#a', 'https://jane@host', 'https://jane:secret@host', 'https:///v1', 'host/v1'])(
  'paths can be added to a base URL, and it may be shown: not %s',
  (url) => {
    expect(baseUrl.safeParse(url).success).toBe(false);
  },
);

test.each(['http://host/v1', 'http://127.0.0.1.example', 'http://localhost.example', 'http://10.0.0.1', 'http://[::2]', 'HTTP://host'])(
  'credentials never cross a network in clear: %s is refused',
  (url) => {
    expect(baseUrl.safeParse(url).error?.issues[0]?.message).toMatch(/^must begin with https/);
  },
);

test.each(['https://host/v1', 'http://127.0.0.1:8080/v1', 'http://127.1', 'http://localhost:1', 'http://LOCALHOST', 'http://[::1]:80/v1'])(
  'this machine is no network: %s is taken',
  (url) => {
    expect(baseUrl.safeParse(url).success).toBe(true);
  },
);

test.each(['604801', '9'.repeat(400), '2147484'])('no wait is so long that Node would end it at once: %s s', (text) => {
  expect(seconds.safeParse(text).success).toBe(false);
});

test('a rate is a finite number', () => {
  expect([perSecond.safeParse('1000000').success, perSecond.safeParse('9'.repeat(400)).success]).toEqual([true, false]);
});
