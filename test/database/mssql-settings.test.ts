import mssql from 'mssql';
import { Connection, type ConnectionConfiguration } from 'tedious';
import { describe, expect, test } from 'vitest';

import { readConnection } from '../../src/config/connection.ts';
import { mssqlKnex } from '../../src/database/mssql-client.ts';
import { driverConfig, mssqlConnection, mssqlIdentity, poolSize, poolWaits } from '../../src/database/mssql-settings.ts';

const BASE = 'Server=host;Database=db';
const LOGIN = 'User Id=jane;Password=secret';

/** What the two libraries hand to tedious: their own functions, which have no types. */
function handedOver(text: string): readonly { readonly from: string; readonly config: ConnectionConfiguration }[] {
  const settings = readConnection(text);
  const { client } = mssqlKnex(settings, 1) as unknown as { readonly client: { _generateConnection(): ConnectionConfiguration } };
  const pool = new mssql.ConnectionPool(mssqlConnection(settings, { min: 0, max: 1 })) as unknown as { _config(): ConnectionConfiguration };
  return [
    { from: 'knex', config: client._generateConnection() },
    { from: 'mssql', config: pool._config() },
  ];
}

describe('knex and mssql set tedious alike', () => {
  test.each([
    ['by default', LOGIN, { port: 1433, encrypt: true, trustServerCertificate: false, readOnlyIntent: false, multiSubnetFailover: false }],
    ['always', LOGIN, { useUTC: true, abortTransactionOnError: true, appName: 'pond-bulk', database: 'db' }],
    ['without waiting for ever', LOGIN, { connectTimeout: 15_000, requestTimeout: 60_000 }],
    ['in clear', `${LOGIN};Encrypt=false`, { encrypt: false }],
    ['TDS 8.0', `${LOGIN};Encrypt=Strict;Host Name In Certificate=db.example`, { encrypt: 'strict', serverName: 'db.example' }],
    ['any certificate', `${LOGIN};Trust Server Certificate=yes`, { encrypt: true, trustServerCertificate: true }],
    ['a replica', `${LOGIN};Application Intent=ReadOnly`, { readOnlyIntent: true }],
    ['a listener', `${LOGIN};MultiSubnetFailover=True`, { multiSubnetFailover: true }],
    ['timeouts', `${LOGIN};Connect Timeout=40;Command Timeout=90`, { connectTimeout: 40_000, requestTimeout: 90_000 }],
    [
      'names',
      `${LOGIN};Application Name=ops;Workstation Id=w1;Packet Size=8192`,
      { appName: 'ops', workstationId: 'w1', packetSize: 8192 },
    ],
  ])('%s', (_name, rest, options) => {
    for (const { config } of handedOver(`${BASE};${rest}`)) {
      expect(config).toMatchObject({
        server: 'host',
        authentication: { type: 'default', options: { userName: 'jane', password: 'secret' } },
        options,
      });
      // tedious looks at every value; it connects only when told to.
      expect(() => new Connection(config)).not.toThrow();
    }
  });

  test.each([
    ['Windows', 'User Id=CORP\\jane;Password=secret', { type: 'ntlm', options: { domain: 'CORP', userName: 'jane', password: 'secret' } }],
    ["Azure's default", 'Authentication=ActiveDirectoryDefault', { type: 'azure-active-directory-default', options: {} }],
    [
      'one managed identity',
      'Authentication=ActiveDirectoryDefault;Client Id=app',
      { type: 'azure-active-directory-default', options: { clientId: 'app' } },
    ],
    [
      'a service principal',
      'Authentication=ActiveDirectoryServicePrincipal;Tenant Id=t;Client Id=app;Client Secret=secret',
      { type: 'azure-active-directory-service-principal-secret', options: { tenantId: 't', clientId: 'app', clientSecret: 'secret' } },
    ],
  ])('the login: %s', (_name, rest, authentication) => {
    for (const { config } of handedOver(`${BASE};${rest}`)) {
      expect(config.authentication).toEqual(authentication);
      expect(() => new Connection(config)).not.toThrow();
    }
  });

  test('an instance has no port: tedious takes one of the two', () => {
    for (const { config } of handedOver(`Server=host\\SALES;Database=db;${LOGIN}`)) {
      expect(config).toMatchObject({ server: 'host', options: { instanceName: 'SALES' } });
      expect(config.options).not.toHaveProperty('port');
      expect(() => new Connection(config)).not.toThrow();
    }
  });

  test('a pool waits longer than a connection may take', () => {
    const settings = readConnection(`${BASE};${LOGIN};Connect Timeout=120`);

    const { createTimeoutMillis, acquireTimeoutMillis } = poolWaits(settings);

    expect(createTimeoutMillis).toBeGreaterThan(120_000);
    expect(acquireTimeoutMillis).toBeGreaterThan(createTimeoutMillis);
    expect(mssqlConnection(settings, { min: 0, max: 2 }).pool).toEqual({ min: 0, max: 2, createTimeoutMillis, acquireTimeoutMillis });
    expect(mssqlKnex(settings, 2).client).toMatchObject({ pool: { max: 2, createTimeoutMillis, acquireTimeoutMillis } });
  });

  test('maxPoolSize lowers what the work asks for, and never lifts it', () => {
    const [small, large, none] = ['Max Pool Size=3', 'Max Pool Size=90', 'Pooling=true'].map((rest) =>
      readConnection(`${BASE};${LOGIN};${rest}`),
    );

    expect([small, large, none].map((settings) => settings && poolSize(settings, 8))).toEqual([3, 8, 8]);
  });
});

test('every setting reaches the drivers', () => {
  const settings = readConnection(`${BASE};${LOGIN}`);
  const fields = new Set<string>();
  const watched = new Proxy(settings, { get: (target, name) => (fields.add(String(name)), Reflect.get(target, name)) });

  driverConfig(watched);
  poolSize(watched, 1);

  expect([...fields].toSorted()).toEqual(Object.keys(settings).toSorted());
});

test.each([
  ['Server=host', 'host:1433/db'],
  ['Server=host\\SALES', 'host\\SALES/db'],
])('messages name the server and never the login: %s', (server, name) => {
  expect(mssqlIdentity(readConnection(`${server};Database=db;${LOGIN}`))).toBe(name);
});
