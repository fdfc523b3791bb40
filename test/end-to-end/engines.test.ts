import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { engines, type TestDatabase } from '../database/engines.ts';
import { sampleOn } from '../database/sample-on.ts';
import { pondIccid, runCli, testSandbox, type Ran, type TestSandbox } from './cli.ts';

// A server may take its time for the first statements of a new database.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

describe.each(engines)('the whole way on $name', ({ create }) => {
  let made: TestDatabase;
  let sandbox: TestSandbox;

  beforeEach(async () => {
    made = await sampleOn(create);
    sandbox = await testSandbox();
  });

  afterEach(async () => {
    await sandbox.remove();
    await made.remove();
  });

  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    runCli(args, {
      env: {
        ...sandbox.environment,
        DATABASE_URL: made.url,
        POND_CONCURRENCY: '10',
        POND_RATE: '1000',
        REVIO_RATE: '1000',
        SETTLE_SECONDS: '1',
        ...env,
      },
    });

  test('a plan change: refused rows and done ones, with device changes, audit, history and packages', async () => {
    const file = sandbox.list(
      'plan.csv',
      `iccid\n${pondIccid(1)}\n${pondIccid(46)}\n${pondIccid(51)}\n8988303009999999999\n${pondIccid(1)}\n`,
    );

    const ran = await run(['change-rate-plan', '--file', file, '--plan', 'POND-5GB', '--yes', '--output', 'csv']);

    expect(ran.code, ran.stderr).toBe(5);
    expect(
      ran.stdout
        .trim()
        .split('\r\n')
        .map((line) => line.split(',')[1]),
    ).toEqual(['status', 'APPLIED', 'APPLIED', 'REJECTED', 'REJECTED', 'SKIPPED']);
    expect(await made.db.query('SELECT Status, COUNT(*) AS n FROM M2M_DeviceChange GROUP BY Status ORDER BY Status')).toEqual([
      { Status: 'ERROR', n: 2 },
      { Status: 'PROCESSED', n: 2 },
    ]);
    expect(await made.db.query('SELECT Status, IsActive FROM DeviceBulkChange')).toEqual([{ Status: 'ERROR', IsActive: 1 }]);
    expect(await made.db.query(`SELECT RatePlan FROM Device WHERE ICCID = :iccid`, { iccid: pondIccid(46) })).toEqual([
      { RatePlan: 'POND-5GB' },
    ]);
    expect(
      await made.db.query(`SELECT PackageTypeId, Status FROM POND_Package WHERE ICCID = :iccid ORDER BY PackageTypeId`, {
        iccid: pondIccid(46),
      }),
    ).toMatchObject([{ Status: 'TERMINATED' }, { Status: 'ACTIVE' }, { Status: 'TERMINATED' }]);
    expect(await made.db.query('SELECT PreviousValue, CurrentValue, ChangedField FROM DeviceActionHistory')).toEqual([
      { PreviousValue: 'POND-1GB', CurrentValue: 'POND-5GB', ChangedField: 'CarrierRatePlan' },
      { PreviousValue: 'POND-1GB', CurrentValue: 'POND-5GB', ChangedField: 'CarrierRatePlan' },
    ]);
    const requests = await made.db.query<{ ChangeRequest: string }>('SELECT ChangeRequest FROM DeviceChangeRequest');
    expect(requests.map(({ ChangeRequest }) => JSON.parse(ChangeRequest) as unknown)).toMatchObject([
      {
        ServiceProviderId: 1,
        ChangeType: 7,
        ProcessChanges: true,
        CarrierRatePlanUpdate: { CarrierRatePlan: 'POND-5GB', RatePlanId: 105 },
      },
    ]);
  });

  test('an assignment with a service line, customer rate plan, pool and carrier plan', async () => {
    const file = sandbox.list(
      'customer.csv',
      `iccid,customer,site\n${pondIccid(1)},4712,\n${pondIccid(53)},4713,\n${pondIccid(2)},,Depot North\n`,
    );
    const service = ['--create-rev-service', '--service-type', '3', '--rev-provider', '12', '--product', '501:4.99'];

    const ran = await run([
      'assign-customer',
      '--file',
      file,
      ...service,
      '--customer-rate-plan',
      'CRP-SMALL',
      '--customer-rate-pool',
      'POOL-EU',
      '--carrier-rate-plan',
      'POND-10GB',
      '--yes',
    ]);

    expect(ran.code, `${ran.stdout}\n${ran.stderr}`).toBe(0);
    const tenants = await made.db.query(
      `SELECT AccountNumber, SiteId, CustomerRatePlanId, CustomerRatePoolId, RatePlan FROM Device_Tenant JOIN Device ON Device.id = DeviceId WHERE Device.id IN (1, 2, 53) ORDER BY Device.id`,
    );
    const wanted = { CustomerRatePlanId: 1, CustomerRatePoolId: 1, RatePlan: 'POND-10GB' };
    expect(tenants).toEqual([
      { AccountNumber: '4712', SiteId: 2, ...wanted },
      { AccountNumber: null, SiteId: 21, ...wanted },
      { AccountNumber: '4713', SiteId: 3, ...wanted },
    ]);
    expect(await made.db.query('SELECT COUNT(*) AS n FROM RevServiceProduct WHERE ServiceProductId > 100000')).toEqual([{ n: 2 }]);
    expect(
      await made.db.query(
        'SELECT COUNT(*) AS n FROM Device_Tenant AS tenant JOIN RevService AS service ON service.id = tenant.RevServiceId',
      ),
    ).toEqual([{ n: 2 }]);
    expect(await made.db.query('SELECT COUNT(*) AS n FROM DeviceBulkChange')).toEqual([{ n: 2 }]);
  });

  test.each(['after send:1', 'before send:2', 'before commit:1', 'after commit:1', 'before save:1'])(
    'killed %s, resumed, done once',
    async (point) => {
      const file = sandbox.list('killed.csv', `iccid\n${pondIccid(1)}\n`);
      const command = ['change-rate-plan', '--file', file, '--plan', 'POND-5GB', '--yes'];

      const killed = await run(command, { POND_BULK_KILL_AT: point });
      const resumed = await run(point.startsWith('before save') ? command : ['resume', 'last', '--yes']);

      expect([killed.signal, resumed.code], resumed.stderr).toEqual(['SIGKILL', 0]);
      expect((await sandbox.client.summary()).effects).toEqual({ 'added package 105': 1, 'activated package': 1, 'terminated package': 1 });
      expect(await made.db.query(`SELECT COUNT(*) AS n FROM DeviceBulkChangeLog`)).toEqual([{ n: 6 }]);
    },
  );
});
