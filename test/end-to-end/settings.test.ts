import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { sandboxFolder } from '../../src/sandbox/sandbox-folder.ts';
import { pondIccid, runCli, runUnlessKilled, testSandbox, type TestSandbox } from './cli.ts';

let sandbox: TestSandbox;
let database: string;

beforeEach(async () => {
  sandbox = await testSandbox();
  database = join(sandbox.dir, 'portal.db');
  copyFileSync(sandboxFolder(join(sandbox.dir, 'sandbox')).database, database);
});

afterEach(() => sandbox.remove());

/** Not the sandbox: settings as an installation has them. */
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runUnlessKilled(args, {
    ...sandbox.environment,
    POND_BULK_OPERATOR: 'sandbox',
    DATABASE_URL: `sqlite:${database}`,
    SETTLE_SECONDS: '1',
    ...env,
  });

const change = (...devices: readonly number[]) => {
  const list = sandbox.list('list.csv', `iccid\n${devices.map(pondIccid).join('\n')}\n`);
  return ['change-rate-plan', '--file', list, '--plan', 'POND-5GB', '--yes', '--output', 'csv'];
};

/** The lists here have no cells with commas. */
const statuses = (stdout: string) => {
  const [header = [], ...rows] = stdout
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));
  return rows.map((cells) => cells[header.indexOf('status')]);
};

function sql(text: string): void {
  const db = new DatabaseSync(database);
  db.exec(text);
  db.close();
}

describe('DATABASE_URL_READ', () => {
  test('a dry run reads there, and a run does not', async () => {
    const copy = join(sandbox.dir, 'replica.db');
    copyFileSync(database, copy);
    sql(`UPDATE Device SET RatePlan = 'POND-5GB' WHERE ICCID = '${pondIccid(1)}'`);
    chmodSync(copy, 0o444);

    const dry = await run([...change(1), '--dry-run'], { DATABASE_URL_READ: `sqlite:${copy}` });
    const wet = await run([...change(1), '--dry-run']);

    expect([dry.code, statuses(dry.stdout)], dry.stderr).toEqual([0, ['PLANNED']]);
    expect([wet.code, statuses(wet.stdout)], wet.stderr).toEqual([0, ['NOOP']]);
  });
});

describe('permissions', () => {
  test("an installation's own queries answer instead of the portal's tables", async () => {
    sql(`CREATE TABLE Staff (no INTEGER, login TEXT, company INTEGER); INSERT INTO Staff VALUES (77, 'anna', 1);
      CREATE TABLE StaffProvider (no INTEGER, provider INTEGER); INSERT INTO StaffProvider VALUES (77, 1);
      DROP TABLE User; DROP TABLE UserPermission; DROP TABLE UserServiceProvider; DROP TABLE UserSite; DROP TABLE UserRatePlan;`);
    const queries = {
      POND_BULK_OPERATOR: 'anna',
      QUERY_OPERATOR: 'SELECT no FROM Staff WHERE login = :operator',
      QUERY_TENANT: 'SELECT company FROM Staff WHERE no = :userId',
      QUERY_PERMISSION: `SELECT 'M2M'`,
      QUERY_PROVIDERS: 'SELECT provider FROM StaffProvider WHERE no = :userId',
      QUERY_SITES: 'SELECT 1 WHERE 1 = 0',
      QUERY_PLANS: `SELECT id FROM JasperCarrierRatePlan WHERE RatePlanCode = 'POND-5GB'`,
    };

    const ran = await run(change(1), queries);
    const otherPlan = await run([...change(2), '--plan', 'POND-10GB'], queries);
    const nobody = await run(change(2), { ...queries, POND_BULK_OPERATOR: 'bert' });

    expect([ran.code, statuses(ran.stdout)], ran.stderr).toEqual([0, ['APPLIED']]);
    expect([otherPlan.code, otherPlan.stderr]).toEqual([3, expect.stringContaining("Rate plan 'POND-10GB' does not exist")]);
    expect([nobody.code, nobody.stderr]).toEqual([4, expect.stringContaining('No active user is named bert')]);
  });

  test('a query that cannot run is a setting to correct', async () => {
    const ran = await run(change(1), { QUERY_SITES: 'SELECT SiteId FROM Nowhere' });

    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('QUERY_SITES')]);
    expect(ran.stderr).toContain('Nowhere');
  });

  test('PERMISSIONS=grants leaves it to the database login, and says so in every run', async () => {
    sql('DROP TABLE User; DROP TABLE UserPermission; DROP TABLE UserServiceProvider; DROP TABLE UserSite; DROP TABLE UserRatePlan;');

    const ambiguous = await run(change(1), { PERMISSIONS: 'grants' });
    const ran = await run(change(1), { PERMISSIONS: 'grants', QUERY_TENANT: 'SELECT 1' });

    expect([ambiguous.code, ambiguous.stderr]).toEqual([2, expect.stringContaining('QUERY_TENANT')]);
    expect([ran.code, statuses(ran.stdout)], ran.stderr).toEqual([0, ['APPLIED']]);
    expect(ran.stderr).toContain('Permissions are left to the database login');
  });
});

describe("a provider's own account", () => {
  test('its settings carry the id of the service provider; another provider does not use them', async () => {
    const { POND_PASSWORD = '' } = sandbox.environment;

    const refused = await run(change(1), { POND_PASSWORD: 'wrong' });
    const ran = await run(change(2), { POND_PASSWORD: 'wrong', POND_PASSWORD_1: POND_PASSWORD });

    expect([refused.code, statuses(refused.stdout)], refused.stderr).toEqual([4, ['NOT_STARTED']]);
    expect([ran.code, statuses(ran.stdout)], ran.stderr).toEqual([0, ['APPLIED']]);
  });
});

describe('--use-carrier-activation', () => {
  test('the effective date at Rev.io is the first active day; a device that never was active is refused', async () => {
    sql(`DELETE FROM DeviceStatusHistory WHERE ICCID = '${pondIccid(2)}';
      UPDATE DeviceStatusHistory SET DateOfChange = '2026-03-04 10:00:00.000' WHERE ICCID = '${pondIccid(1)}'`);
    const list = sandbox.list('list.csv', `iccid,customer\n${pondIccid(1)},4712\n${pondIccid(2)},4712\n`);
    const service = ['--create-rev-service', '--service-type', '3', '--rev-provider', '12', '--product', '501:4.99'];

    const ran = await run(['assign-customer', '--file', list, '--use-carrier-activation', ...service, '--yes', '--output', 'csv']);

    expect([ran.code, statuses(ran.stdout)], ran.stderr).toEqual([5, ['APPLIED', 'REJECTED']]);
    expect(ran.stdout).toContain('No carrier activation date found');
    const db = new DatabaseSync(database, { readOnly: true });
    const [service_] = db.prepare('SELECT ActivatedDate FROM RevService ORDER BY id DESC LIMIT 1').all();
    db.close();
    expect(service_?.['ActivatedDate']).toMatch(/^2026-03-04/);
  });
});

describe('numbers that the look-up tables do not have', () => {
  test('CHANGE_TYPE, INTEGRATION and PORTAL_TYPE give them', async () => {
    sql("DELETE FROM DeviceChangeRequestType; DELETE FROM Integration WHERE Name = 'Pond'");
    const list = sandbox.list('list.csv', `iccid\n${pondIccid(1)}\n`);
    const assign = [
      'assign-customer',
      '--file',
      list,
      '--customer',
      '4712',
      '--customer-rate-plan',
      'CRP-SMALL',
      '--effective-date',
      '2099-01-01',
      '--yes',
    ];
    const numbers = { CHANGE_TYPE_CUSTOMERASSIGNMENT: '44', INTEGRATION_POND: '10', PORTAL_TYPE_M2M: '5' };

    const without = await run(assign);
    const ran = await run(assign, numbers);

    expect(without.code, without.stderr).not.toBe(0);
    expect([ran.code, ran.stdout], ran.stderr).toEqual([0, expect.stringContaining('customer rate plan CRP-SMALL from 2099-01-01')]);
    const db = new DatabaseSync(database, { readOnly: true });
    const saved = db.prepare('SELECT ChangeRequestTypeId, PortalType FROM DeviceBulkChange, Device_CustomerRatePlanOrRatePool_Queue').all();
    db.close();
    expect(saved.map((row) => ({ ...row }))).toEqual([{ ChangeRequestTypeId: 44, PortalType: 5 }]);
  });
});

describe.skipIf(process.platform === 'win32')('a .env that others may read', () => {
  const inFolder = (args: readonly string[], mode: number, more: Readonly<Record<string, string>> = {}) => {
    const cwd = join(sandbox.dir, 'installed');
    mkdirSync(cwd, { recursive: true });
    const texts = { ...sandbox.environment, DATABASE_URL: `sqlite:${database}`, POND_BULK_ENVIRONMENT: 'production', ...more };
    writeFileSync(
      join(cwd, '.env'),
      Object.entries(texts)
        .map(([name, text]) => `${name}='${text}'\n`)
        .join(''),
    );
    chmodSync(join(cwd, '.env'), mode);
    return runCli(args, { cwd });
  };

  test.each([
    ['change-rate-plan', '--plan', 'POND-5GB', '--yes'],
    ['change-rate-plan', '--plan', 'POND-5GB', '--dry-run'],
    ['resume', 'last', '--yes'],
    ['list'],
    ['doctor'],
    ['db', 'migrate'],
  ])('is refused for production before anything is read from a carrier or a database: %s %s', async (...args) => {
    // Whoever asks this database is told that it is not there.
    const ran = await inFolder(args, 0o640, { DATABASE_URL: 'sqlite:/nowhere/portal.db' });

    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(
      /installed\/\.env holds secrets and is open to others than its owner: chmod 600 \.env \[CONFIG_INVALID\]\n$/,
    );
    expect((await sandbox.client.summary()).calls).toBe(0);
  });

  test('is used once it is its owner’s alone, and warned about where it is not production', async () => {
    const [file, list] = [sandbox.list('list.csv', `iccid\n${pondIccid(1)}\n`), ['--output', 'csv']];
    const dry = ['change-rate-plan', '--plan', 'POND-5GB', '--dry-run', '--file', file, ...list];

    const closed = await inFolder(dry, 0o600);
    const open = await inFolder(dry, 0o640, { POND_BULK_ENVIRONMENT: 'sandbox' });

    expect([closed.code, open.code], closed.stderr + open.stderr).toEqual([0, 0]);
    expect(closed.stderr).not.toContain('chmod');
    expect(open.stderr).toContain('chmod 600 .env');
  });
});
