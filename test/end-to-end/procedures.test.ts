import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { engines, type TestDatabase } from '../database/engines.ts';
import { sampleOn } from '../database/sample-on.ts';
import { pondIccid, runCli, testSandbox, type TestSandbox } from './cli.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

/** Only SQL Server has procedures; engines.ts says on stderr when there is none to test on. */
const servers = engines.filter(({ name }) => name !== 'SQLite');

const ASSIGN = `
  UPDATE Device_Tenant SET SiteId = @SiteId, AccountNumber = @AccountNumber
  FROM Device WHERE Device.id = Device_Tenant.DeviceId AND Device_Tenant.TenantId = @TenantId`;

const BY_ICCID = `
CREATE PROCEDURE usp_CustomerChangeType_AssignChangeType
  @BulkChangeId bigint, @iccid nvarchar(50), @TenantId int, @SiteId int, @AccountNumber nvarchar(50), @Said nvarchar(100) OUTPUT, @Spare int = NULL
AS BEGIN
  INSERT INTO called (what) VALUES (@iccid);
  IF @iccid = '${pondIccid(2)}' RAISERROR('Device is on hold', 16, 1);
  ELSE IF @iccid <> '${pondIccid(3)}' ${ASSIGN} AND Device.ICCID = @iccid;
  PRINT 'checked';
  SET @Said = 'assigned ' + @iccid;
  RETURN 0;
END`;

const BY_PHONE_NUMBER = `
CREATE PROCEDURE usp_CustomerChangeType_AssignChangeType
  @SubscriberNumber nvarchar(50), @TenantId int, @SiteId int, @AccountNumber nvarchar(50), @UserName nvarchar(100)
AS BEGIN
  INSERT INTO called (what) VALUES (@SubscriberNumber);
  ${ASSIGN} AND Device.MSISDN = @SubscriberNumber;
END`;

const BY_BULK_CHANGE = `
CREATE PROCEDURE usp_CustomerChangeType_AssignChangeType @Id bigint, @m2mDeviceIds nvarchar(max), @TenantId int, @SiteId int, @AccountNumber nvarchar(50)
AS BEGIN
  INSERT INTO called (what) VALUES (@m2mDeviceIds);
  ${ASSIGN} AND ',' + @m2mDeviceIds + ',' LIKE '%,' + CAST(Device.id AS nvarchar(10)) + ',%' AND Device.id <> 3;
END`;

const UNKNOWN_PARAMETER = `CREATE PROCEDURE usp_CustomerChangeType_AssignChangeType @ICCID nvarchar(50), @Mood nvarchar(50) AS BEGIN SELECT 1 AS one END`;

// Skipped, and said so by engines.ts, when POND_BULK_TEST_SQLSERVER_URL is not set.
test.skipIf(servers.length === 0)('there is a SQL Server to test procedures on', () => {
  expect(servers).not.toHaveLength(0);
});

const HISTORY = `
CREATE PROCEDURE usp_UpdateCrossProviderDeviceHistory @m2mDeviceIds nvarchar(max), @mobilityDeviceIds nvarchar(max), @portalTypeId int, @Said nvarchar(50) OUTPUT
AS BEGIN
  INSERT INTO called (what) VALUES (CONCAT(@portalTypeId, ': ', @m2mDeviceIds));
END`;

describe.each(servers)('stored procedures of the operator on $name', ({ create }) => {
  let made: TestDatabase;
  let sandbox: TestSandbox;

  beforeEach(async () => {
    made = await sampleOn(create);
    await made.db.execute('CREATE TABLE called (what nvarchar(400))');
    sandbox = await testSandbox();
  });

  afterEach(async () => {
    await sandbox.remove();
    await made.remove();
  });

  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runCli([...args, '--output', 'csv'], { env: { ...sandbox.environment, DATABASE_URL: made.url, ...env } });
  const list = (...devices: readonly number[]) => sandbox.list('to-4712.csv', `iccid\n${devices.map(pondIccid).join('\n')}\n`);
  const assign = (...devices: readonly number[]) => ['assign-customer', '--file', list(...devices), '--customer', '4712', '--yes'];
  const calls = async () => (await made.db.query<{ what: string }>('SELECT what FROM called ORDER BY what')).map(({ what }) => what);
  const audit = () =>
    made.db.query(`
      SELECT log.LogEntryDescription, log.ResponseText, log.HasErrors FROM DeviceBulkChangeLog AS log
      JOIN M2M_DeviceChange AS change ON change.id = log.M2MDeviceChangeId ORDER BY change.ICCID, log.id`);
  const accounts = async (...devices: readonly number[]) =>
    (
      await made.db.query<{ AccountNumber: string }>(
        `SELECT AccountNumber FROM Device_Tenant WHERE DeviceId IN (${devices.join(', ')}) ORDER BY DeviceId`,
      )
    ).map(({ AccountNumber }) => AccountNumber);
  const statuses = (stdout: string) =>
    stdout
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[1]);

  test('by ICCID: called once per device; what it raises or does not do is the failure of that row', async () => {
    await made.db.execute(BY_ICCID);

    const ran = await run(assign(1, 2, 3));

    expect(ran.code, ran.stderr).toBe(5);
    expect(statuses(ran.stdout)).toEqual(['APPLIED', 'FAILED', 'FAILED']);
    expect(await accounts(1)).toEqual(['4712']);
    expect(await calls()).toEqual([pondIccid(1), pondIccid(3)]);
    expect(await audit()).toMatchObject([
      { LogEntryDescription: 'AMOP Customer Assignment', HasErrors: 0, ResponseText: expect.stringContaining(`assigned ${pondIccid(1)}`) },
      { LogEntryDescription: 'AMOP Customer Assignment', HasErrors: 1, ResponseText: expect.stringContaining('Device is on hold') },
      {
        LogEntryDescription: 'AMOP Customer Assignment',
        HasErrors: 1,
        ResponseText: expect.stringContaining('instead of site 2, account 4712'),
      },
    ]);
  });

  test.each(['before send:1', 'after send:1', 'before commit:1', 'after commit:1'])('killed %s, resumed, called once', async (point) => {
    await made.db.execute(BY_PHONE_NUMBER);

    const killed = await run(assign(1), { POND_BULK_KILL_AT: point });
    const resumed = await run(['resume', 'last', '--yes']);

    expect([killed.signal, resumed.code], resumed.stderr).toEqual(['SIGKILL', 0]);
    expect(await calls()).toHaveLength(1);
    expect(await accounts(1)).toEqual(['4712']);
    expect(await audit()).toHaveLength(1);
  });

  test('by bulk change: called once for all of it, after the other steps, with the devices that are left', async () => {
    await made.db.execute(BY_BULK_CHANGE);

    const ran = await run([...assign(1, 2, 3), '--carrier-rate-plan', 'POND-10GB']);

    expect(ran.code, ran.stderr).toBe(5);
    expect(statuses(ran.stdout)).toEqual(['APPLIED', 'APPLIED', 'FAILED']);
    expect((await calls()).map((ids) => ids.split(',').toSorted())).toEqual([['1', '2', '3']]);
    expect(await accounts(1, 2)).toEqual(['4712', '4712']);
    // Whose customer is not assigned keeps its plan.
    expect(
      await made.db.query('SELECT id FROM Device WHERE id IN (1, 2, 3) AND RatePlan = :plan ORDER BY id', { plan: 'POND-10GB' }),
    ).toEqual([{ id: 1 }, { id: 2 }]);
    await made.db.execute('DELETE FROM called');
    const again = await run(['retry', 'last', '--yes']);
    expect([again.code, await calls()]).toEqual([5, ['3']]);
  });

  test('the history procedure is called for the devices that were changed, with what a run writes', async () => {
    await made.db.execute(HISTORY);

    const ran = await run(['change-rate-plan', '--file', list(1, 2, 51), '--plan', 'POND-5GB', '--yes']);

    expect(ran.code, ran.stderr).toBe(5);
    // Once for those that were committed together.
    const called = (await calls()).map((call) => call.split(': '));
    expect(new Set(called.map(([portal]) => portal))).toEqual(new Set(['0']));
    expect(called.flatMap(([, ids = '']) => ids.split(',')).toSorted()).toEqual(['1', '2']);
  });

  test('a required parameter that nobody can fill is told before anything is written', async () => {
    await made.db.execute(UNKNOWN_PARAMETER);

    const ran = await run(assign(1));

    expect([ran.code, ran.stderr]).toEqual([2, expect.stringMatching(/requires @mood, which pond-bulk cannot fill/i)]);
    expect(await made.db.query('SELECT COUNT(*) AS n FROM DeviceBulkChange')).toEqual([{ n: 0 }]);
  });
});
