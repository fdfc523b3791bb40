import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { grantsScript } from '../../src/database/grants-sql.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { findLiveNames } from '../../src/database/portals.ts';
import { removeLeftovers } from '../../src/database/statements/leftovers.ts';
import { engines, type TestDatabase } from '../database/engines.ts';
import { sampleOn } from '../database/sample-on.ts';
import { makeLogins, type TestLogins } from '../database/logins.ts';
import { pondIccid, runCli, testSandbox, type Ran, type TestSandbox } from './cli.ts';

// A server may take its time for the first statements of a new database.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const SERVICE = ['--create-rev-service', '--service-type', '3', '--rev-provider', '12', '--product', '501'];
const ASSIGN = ['assign-customer', '--customer', '4712', ...SERVICE, '--customer-rate-plan', 'CRP-SMALL'];
const COMMANDS: readonly (readonly string[])[] = [
  ['change-rate-plan', '--plan', 'POND-5GB'],
  [...ASSIGN, '--carrier-rate-plan', 'POND-10GB'],
  [...ASSIGN, '--use-carrier-activation'],
  [...ASSIGN, '--effective-date', '2099-01-01'],
];

describe.each(engines.filter(({ name }) => name === 'SQL Server'))('with the grants of db grants, on $name', ({ create }) => {
  let made: TestDatabase;
  let sandbox: TestSandbox;
  let logins: TestLogins;

  beforeEach(async () => {
    made = await sampleOn(create);
    logins = await makeLogins(made, (names) => grantsScript({ ...names, permissions: { by: 'tables', queries: {} } }));
    sandbox = await testSandbox();
  });

  afterEach(async () => {
    await sandbox.remove();
    await made.remove();
    await logins.remove();
  });

  const run = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> => {
    const { DATABASE_URL: _own, ...carriers } = sandbox.environment;
    return runCli(args, { env: { ...carriers, POND_RATE: '1000', REVIO_RATE: '1000', SETTLE_SECONDS: '1', ...env } });
  };

  test('a dry run passes with its login, a run with its own, and stop and resume too', async () => {
    for (const [at, command] of COMMANDS.entries()) {
      const file = sandbox.list('list.csv', `iccid\n${pondIccid(10 * at + 1)}\n`);

      const dry = await run([...command, '--file', file, '--dry-run'], { DATABASE_URL_READ: logins.dryRunUrl });
      const killed = await run([...command, '--file', file, '--yes'], { DATABASE_URL: logins.runUrl, POND_BULK_KILL_AT: 'after save:1' });
      const resumed = await run(['resume', 'last', '--yes'], { DATABASE_URL: logins.runUrl });

      expect([dry.code, killed.signal, resumed.code], `${command.join(' ')}\n${dry.stderr}\n${killed.stderr}\n${resumed.stderr}`).toEqual([
        0,
        'SIGKILL',
        0,
      ]);
    }
  });

  test('a rollback is planned with the login of dry runs', async () => {
    const file = sandbox.list('list.csv', `iccid\n${pondIccid(1)}\n`);
    await run(['change-rate-plan', '--plan', 'POND-5GB', '--file', file, '--yes'], { DATABASE_URL: logins.runUrl });

    const dry = await run(['rollback', 'last', '--dry-run'], { DATABASE_URL_READ: logins.dryRunUrl });

    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).toContain('PLANNED 1');
  });

  test('the run login may remove what a run left that died while it saved', async () => {
    const db = await openDatabase(logins.runUrl);

    const removed = removeLeftovers(db, 'some run', await findLiveNames(db));

    await expect(removed).resolves.toBeUndefined();
    await db.close();
  });

  test('the dry-run login cannot write', async () => {
    const db = await openDatabase(logins.dryRunUrl);

    const refused = await Promise.allSettled([
      db.execute(`UPDATE Device SET Status = 'x'`),
      db.execute(`INSERT INTO DeviceBulkChange (TenantId) VALUES (1)`),
      db.execute(`DELETE FROM pondbulk.run`),
    ]);
    await db.close();

    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});

test('a script for names with brackets and quotes is still one for those names', () => {
  const script = grantsScript({ run: `a]b'c`, dryRun: 'd', permissions: { by: 'grants', queries: { tenant: 'SELECT 1' } } });

  expect(script).toContain(`IF DATABASE_PRINCIPAL_ID(N'a]b''c') IS NULL CREATE USER [a]]b'c] FOR LOGIN [a]]b'c];`);
  expect(script).toContain('GRANT SELECT ON dbo.[Device] TO [d];');
  expect(script).toContain('QUERY_TENANT');
  expect(script).not.toContain('UserPermission');
});
