import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { readConnection } from '../../src/config/connection.ts';
import type { Queries } from '../../src/database/database.ts';
import { openDatabase, openReadOnlyDatabase } from '../../src/database/open-database.ts';

const serverUrl = process.env['POND_BULK_TEST_SQLSERVER_URL'];

/** The test server as a connection string. */
function connectionString(rest: string): string {
  const { server, port, database, encrypt, login } = readConnection(serverUrl ?? '');
  if (login.kind !== 'password') throw new Error('The test server is for a login with a password');
  return `Server=tcp:${server},${port};Database=${database};User Id=${login.user};Password="${login.password}";Encrypt=${encrypt};${rest}`;
}

function appLock(db: Pick<Queries, 'query'>, owner: 'Session' | 'Transaction', timeoutMs: number): Promise<unknown> {
  return db.query(
    `EXEC sp_getapplock @Resource = 'pond-bulk test', @LockMode = 'Exclusive', @LockOwner = '${owner}', @LockTimeout = ${timeoutMs}`,
  );
}

describe.skipIf(serverUrl === undefined)('SQL Server is reached by a connection string', () => {
  test.each([
    'MultiSubnetFailover=True',
    'Packet Size=8192;Connect Timeout=20;Command Timeout=30',
    'Application Name=pond-bulk test;Workstation Id=w1',
    'Max Pool Size=1',
  ])('with %s', async (rest) => {
    const db = await openDatabase(connectionString(rest));

    const answers = await Promise.all([1, 2, 3].map((n) => db.query<{ n: number }>('SELECT :n AS n', { n })));
    const held = await db.session.query<{ n: number }>('SELECT 4 AS n');
    await db.close();

    expect([...answers.flat(), ...held].map(({ n }) => Number(n))).toEqual([1, 2, 3, 4]);
  });

  test('a dry run may ask for a replica', async () => {
    const db = await openReadOnlyDatabase(connectionString('ApplicationIntent=ReadOnly'));

    const rows = await db.query('SELECT 1 AS one');
    await db.close();

    expect(rows).toEqual([{ one: 1 }]);
  });

  test('the application and workstation are the ones that were given', async () => {
    const db = await openDatabase(connectionString('Application Name=pond-bulk test'));

    const [row] = await db.query<{ name: string }>('SELECT APP_NAME() AS name');
    await db.close();

    expect(row?.name).toBe('pond-bulk test');
  });

  test('a statement longer than the command timeout is ended', async () => {
    const [holder, db] = [await openDatabase(connectionString('')), await openDatabase(connectionString('Command Timeout=1'))];

    const waited = await holder.transaction(async (held) => {
      await appLock(held, 'Transaction', 0);
      return appLock(db, 'Session', 15_000).catch(String);
    });
    await Promise.all([holder.close(), db.close()]);

    // Babelfish does not answer a cancel while it waits: there the driver drops the connection five seconds later.
    expect(waited).toMatch(/Request failed to complete in 1000 ?ms|Failed to cancel request in 5000 ?ms/);
  }, 20_000);

  test('a wrong password is told as refused credentials, and not repeated', async () => {
    const { server, port, database } = readConnection(serverUrl ?? '');
    const attempt = openDatabase(`Server=${server},${port};Database=${database};User Id=nobody;Password=s3cret-of-nobody;Encrypt=false`);

    await expect(attempt).rejects.toMatchObject({ kind: 'credentials', code: 'DATABASE_LOGIN_REFUSED' });
    await expect(attempt).rejects.not.toThrow('s3cret');
  });
});

describe('a server that cannot be reached', () => {
  afterEach(() => vi.restoreAllMocks());

  test('is told by the error alone: the drivers print nothing', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : null;
    const printed = [
      vi.spyOn(process.stderr, 'write'),
      vi.spyOn(process.stdout, 'write'),
      vi.spyOn(console, 'log'),
      vi.spyOn(console, 'warn'),
    ];

    const attempt = openDatabase(`Server=127.0.0.1,${port};Database=db;User Id=jane;Password=s3cret-of-jane`);

    await expect(attempt).rejects.toMatchObject({ kind: 'config', code: 'DATABASE_UNREACHABLE' });
    await expect(attempt).rejects.not.toThrow('s3cret');
    expect(printed.flatMap(({ mock }) => mock.calls)).toEqual([]);
    server.close();
  });

  test('with a setting that is wrong nothing is opened', async () => {
    await expect(openDatabase('Server=host;Database=db;User Id=jane;Password=s3cret;Encrpt=false')).rejects.toMatchObject({
      code: 'DATABASE_URL_INVALID',
      message: 'DATABASE_URL has a key that is not known; did you mean encrypt?',
    });
  });
});
