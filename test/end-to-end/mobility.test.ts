import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { sampleData } from '../../src/sandbox/sample-data.ts';
import { telegenceIccid, telegenceNumber } from '../carriers/telegence.ts';
import { engines, type TestDatabase } from '../database/engines.ts';
import { sampleOn } from '../database/sample-on.ts';
import { pondIccid, runUnlessKilled, testSandbox, type Ran, type TestSandbox } from './cli.ts';

// A server may take its time for the first statements of a new database.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

/** Devices of the sample that cannot be changed (sample/mobility.ts). */
const ELEVEN_DIGITS = 15;
const NO_NUMBER = 16;
const NINE_DIGITS = 17;
const OTHER_SIM = 18;
const ARCHIVED = 19;

describe.each(engines)('Mobility devices on $name', ({ create }) => {
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
    runUnlessKilled(args, { ...sandbox.environment, DATABASE_URL: made.url, POND_RATE: '1000', SETTLE_SECONDS: '1', ...env });
  const change = (list: string, more: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    run(['change-rate-plan', '--file', sandbox.list('list.csv', list), '--yes', '--output', 'csv', ...more], env);
  const audit = () =>
    made.db.query<{ readonly errors: number }>(`
      SELECT change.ICCID, log.LogEntryDescription AS text, log.HasErrors AS errors
      FROM DeviceBulkChangeLog AS log JOIN Mobility_DeviceChange AS change ON change.id = log.MobilityDeviceChangeId
      WHERE log.M2MDeviceChangeId IS NULL ORDER BY log.id`);
  const plan = async (n: number) =>
    (await made.db.query<{ RatePlan: string }>('SELECT RatePlan FROM MobilityDevice WHERE ICCID = :iccid', { iccid: telegenceIccid(n) }))[0]
      ?.RatePlan;

  test('a list of both portals, by ICCID and by phone number: one bulk change per provider, each in the tables of its portal', async () => {
    const ran = await change(
      [
        'iccid,phone number,plan',
        `${pondIccid(1)},,POND-5GB`,
        `${telegenceIccid(1)},,TG-10GB`,
        `,${telegenceNumber(2)},TG-10GB`,
        `,1${telegenceNumber(ELEVEN_DIGITS)},TG-10GB`,
        `${telegenceIccid(ARCHIVED)},,TG-10GB`,
        `${telegenceIccid(NO_NUMBER)},,TG-10GB`,
        `${telegenceIccid(NINE_DIGITS)},,TG-10GB`,
        ',2055559999,TG-10GB',
        `,${telegenceNumber(1)},TG-10GB`,
      ].join('\n'),
    );

    expect(ran.code, ran.stderr).toBe(5);
    expect(rowsOf(ran)).toEqual([
      ['APPLIED', 'OK'],
      ['APPLIED', 'OK'],
      ['APPLIED', 'OK'],
      ['APPLIED', 'OK'],
      ['REJECTED', 'Mobility Device is archived'],
      ['REJECTED', `Device ${telegenceIccid(NO_NUMBER)} has no phone number`],
      ['REJECTED', `Device ${telegenceIccid(NINE_DIGITS)} has no phone number`],
      ['REJECTED', 'Invalid ICCID'],
      ['SKIPPED', expect.stringMatching(/^Duplicate ICCID on line 10/)],
    ]);
    expect((await sandbox.client.summary()).effects).toMatchObject({ 'plan set': 3 });
    expect(await made.db.query('SELECT ServiceProviderId, Status FROM DeviceBulkChange ORDER BY ServiceProviderId')).toEqual([
      { ServiceProviderId: 1, Status: 'PROCESSED' },
      { ServiceProviderId: 23, Status: 'ERROR' },
    ]);
    expect(await made.db.query('SELECT ICCID FROM M2M_DeviceChange')).toEqual([{ ICCID: pondIccid(1) }]);
    expect(
      await made.db.query(
        `SELECT ICCID, MSISDN, SubscriberNumber, DeviceId, Status FROM Mobility_DeviceChange WHERE DeviceId IN (3201, 3202, 3215) ORDER BY DeviceId`,
      ),
    ).toEqual(
      [telegenceNumber(1), telegenceNumber(2), `1${telegenceNumber(ELEVEN_DIGITS)}`].map((number, index) => {
        const n = [1, 2, ELEVEN_DIGITS][index] ?? 0;
        return { ICCID: telegenceIccid(n), MSISDN: number, SubscriberNumber: number, DeviceId: 3200 + n, Status: 'PROCESSED' };
      }),
    );
    const done = ['Carrier Rate Plan Change: Telegence API', 'Carrier Rate Plan Change: AMOP Update'];
    expect(await audit()).toEqual(expect.arrayContaining(done.map((text) => ({ ICCID: telegenceIccid(2), text, errors: 0 }))));
    expect((await audit()).filter(({ errors }) => errors === 1)).toHaveLength(4);
    expect([await plan(1), await plan(2), await plan(ARCHIVED)]).toEqual(['TG-10GB', 'TG-10GB', 'TG-1GB']);
    expect(
      await made.db.query(
        `SELECT MobilityDeviceId, M2MDeviceId, MSISDN, PreviousValue, CurrentValue, ChangedField FROM DeviceActionHistory WHERE MobilityDeviceId = 3202`,
      ),
    ).toEqual([
      {
        MobilityDeviceId: 3202,
        M2MDeviceId: null,
        MSISDN: telegenceNumber(2),
        PreviousValue: 'TG-1GB',
        CurrentValue: 'TG-10GB',
        ChangedField: 'CarrierRatePlan',
      },
    ]);
    expect(
      await made.db.query(`SELECT COUNT(*) AS n FROM MobilityDevice_Tenant WHERE ModifiedBy = 'sandbox' AND MobilityDeviceId < 3221`),
    ).toEqual([{ n: 3 }]);
  });

  test('the same device by its ICCID and by its number is a duplicate; where the lines want different plans all are refused', async () => {
    const ran = await change(
      [
        'iccid,phone number,plan',
        `,${telegenceNumber(1)},TG-10GB`,
        `${telegenceIccid(1)},,TG-5GB`,
        `${telegenceIccid(2)},,TG-5GB`,
        `,${telegenceNumber(2)},TG-5GB`,
      ].join('\n'),
    );

    const conflict = 'Conflicting values for duplicate ICCID on lines 2, 3';
    expect(rowsOf(ran), ran.stderr).toEqual([
      ['REJECTED', conflict],
      ['REJECTED', conflict],
      ['APPLIED', 'OK'],
      ['SKIPPED', expect.stringContaining('Duplicate ICCID on line 5')],
    ]);
    expect([ran.code, await plan(1), await plan(2)]).toEqual([5, 'TG-1GB', 'TG-5GB']);
  });

  test('an M2M device goes before a Mobility device of the same ICCID unless it is archived; both in use are ambiguous', async () => {
    await made.db.execute('UPDATE MobilityDevice SET ICCID = :iccid WHERE id = 3201', { iccid: pondIccid(1) });
    await made.db.execute('UPDATE MobilityDevice SET ICCID = :iccid, IsActive = 0 WHERE id = 3202', { iccid: pondIccid(2) });
    await made.db.execute('UPDATE MobilityDevice SET ICCID = :iccid WHERE id = 3203', { iccid: pondIccid(51) });

    const ran = await change([1, 2, 51].map(pondIccid).join('\n'), ['--plan', 'POND-5GB', '--dry-run']);

    // The third is Telegence's, which has no such plan.
    expect(rowsOf(ran), ran.stderr).toEqual([
      ['REJECTED', `ICCID ${pondIccid(1)} is known to 2 service providers`],
      ['PLANNED', ''],
      ['REJECTED', "Rate plan 'POND-5GB' does not exist"],
    ]);
  });

  test('an assignment by phone number: customer, pool and plan of a later day in the tables of Mobility, the carrier plan afterwards', async () => {
    const file = sandbox.list('assign.csv', `phone number\n${telegenceNumber(1)}\n${telegenceNumber(2)}\n`);
    const service = ['--create-rev-service', '--service-type', '3', '--rev-provider', '12', '--product', '501:4.99'];
    const plans = ['--customer-rate-plan', 'CRP-SMALL', '--customer-rate-pool', 'POOL-EU', '--effective-date', '2999-01-01'];

    const ran = await run(
      ['assign-customer', '--file', file, '--customer', '4712', ...service, ...plans, '--carrier-rate-plan', 'TG-5GB', '--yes'],
      { REVIO_RATE: '1000' },
    );

    expect(ran.code, `${ran.stdout}\n${ran.stderr}`).toBe(0);
    expect(
      await made.db.query(
        `SELECT tenant.MobilityDeviceId AS id, tenant.AccountNumber, tenant.SiteId, tenant.CustomerRatePlanId, service.Number
         FROM MobilityDevice_Tenant AS tenant JOIN RevService AS service ON service.id = tenant.RevServiceId ORDER BY tenant.MobilityDeviceId`,
      ),
    ).toEqual(
      [1, 2].map((n) => ({ id: 3200 + n, AccountNumber: '4712', SiteId: 2, CustomerRatePlanId: null, Number: telegenceNumber(n) })),
    );
    expect(
      await made.db.query(
        'SELECT DeviceId, CustomerRatePlanId, CustomerRatePoolId, PortalType FROM Device_CustomerRatePlanOrRatePool_Queue ORDER BY DeviceId',
      ),
    ).toEqual([3201, 3202].map((DeviceId) => ({ DeviceId, CustomerRatePlanId: 1, CustomerRatePoolId: 1, PortalType: 2 })));
    expect([await plan(1), await plan(2)]).toEqual(['TG-5GB', 'TG-5GB']);
    const fields = await made.db.query<{ field: string }>(
      'SELECT ChangedField AS field FROM DeviceActionHistory WHERE MobilityDeviceId = 3201 AND M2MDeviceId IS NULL ORDER BY ChangedField',
    );
    expect(fields.map(({ field }) => field)).toEqual(['CarrierRatePlan', 'Customer']);
    expect(await made.db.query('SELECT COUNT(*) AS n FROM Device_Tenant WHERE AccountNumber = :account', { account: '4712' })).toEqual([
      { n: sampleTenants('4712') },
    ]);
  });

  test('columns of the log that the installation spells otherwise are found', async () => {
    await renameLogKeys(made);

    const ran = await change(`iccid,plan\n${telegenceIccid(1)},TG-5GB\n${pondIccid(1)},POND-5GB\n${telegenceIccid(ARCHIVED)},TG-5GB\n`);

    const counted = await made.db.query(
      `SELECT COUNT(Mobility_DeviceChangeId) AS mobility, COUNT(M2M_DeviceChangeId) AS m2m, COUNT(*) AS total FROM DeviceBulkChangeLog`,
    );
    expect([ran.code, counted], ran.stderr).toEqual([5, [{ mobility: 3, m2m: 6, total: 9 }]]);
  });

  test.each(['before save:1', 'before send:1', 'after send:1', 'before commit:1', 'after commit:1'])(
    'killed %s, resumed, done once',
    async (point) => {
      const killed = await change(telegenceNumber(1), ['--column', 'phone number=1', '--plan', 'TG-5GB'], { POND_BULK_KILL_AT: point });
      const resumed = point.startsWith('before save')
        ? await change(`phone number\n${telegenceNumber(1)}\n`, ['--plan', 'TG-5GB'])
        : await run(['resume', 'last', '--yes']);

      expect([killed.signal, resumed.code], `${killed.stderr}${resumed.stderr}`).toEqual(['SIGKILL', 0]);
      expect((await sandbox.client.summary()).effects).toEqual({ 'plan set': 1 });
      expect([await audit(), await plan(1)]).toEqual([[expect.anything(), expect.anything()], 'TG-5GB']);
    },
  );

  test('a row that the carrier refuses is FAILED in its words, and retry does it in the same bulk change', async () => {
    await sandbox.client.addFault({ service: 'telegence', kind: '400', match: { method: 'PATCH', subject: telegenceNumber(1) } });

    const ran = await change(`iccid\n${telegenceIccid(1)}\n${telegenceIccid(2)}\n`, ['--plan', 'TG-5GB']);
    const retried = await run(['retry', 'last', '--yes', '--output', 'csv']);

    expect([ran.code, rowsOf(ran)], ran.stderr).toEqual([
      5,
      [
        ['FAILED', 'simulated 400'],
        ['APPLIED', 'OK'],
      ],
    ]);
    expect([retried.code, rowsOf(retried).map(([status]) => status)], retried.stderr).toEqual([0, ['APPLIED', 'APPLIED']]);
    expect(await made.db.query('SELECT Status FROM DeviceBulkChange')).toEqual([{ Status: 'PROCESSED' }]);
    expect((await audit()).filter(({ errors }) => errors === 1)).toHaveLength(1);
  });

  test('waves are read back at the carrier; rollback gives every device its plan back, but for one that was changed since', async () => {
    const ran = await change(`phone number\n${[1, 2, 3].map(telegenceNumber).join('\n')}\n`, ['--plan', 'TG-5GB', '--waves', '1,100%']);
    await made.db.execute(`UPDATE MobilityDevice SET RatePlan = 'TG-50GB' WHERE id = 3202`);
    const undone = await run(['rollback', 'last', '--yes', '--output', 'csv']);

    expect([ran.code, rowsOf(ran).map(([status]) => status)], ran.stderr).toEqual([0, ['APPLIED', 'APPLIED', 'APPLIED']]);
    expect([undone.code, rowsOf(undone).map(([status]) => status)], undone.stderr).toEqual([5, ['APPLIED', 'STALE', 'APPLIED']]);
    expect([await plan(1), await plan(2), await plan(3)]).toEqual(['TG-1GB', 'TG-50GB', 'TG-1GB']);
    expect((await sandbox.client.summary()).effects).toEqual({ 'plan set': 5 });
  });

  test('a number with another SIM at the carrier, or that it does not know, is left alone', async () => {
    const ran = await change(`iccid\n${telegenceIccid(OTHER_SIM)}\n${telegenceIccid(20)}\n`, ['--plan', 'TG-5GB']);

    expect([ran.code, rowsOf(ran)], ran.stderr).toEqual([
      5,
      [
        ['FAILED', expect.stringMatching(/^Telegence: the SIM of 2055552318 is \d+, not 890/)],
        ['FAILED', 'Subscriber number not found'],
      ],
    ]);
    expect([(await sandbox.client.summary()).effects, await plan(OTHER_SIM)]).toEqual([{}, 'TG-1GB']);
  });

  test('a later day is sent as it is; a plan that is not there and a user without CREATE for Mobility are refused whole', async () => {
    const later = await change(telegenceIccid(1), ['--plan', 'TG-5GB', '--effective-date', '2999-01-01']);
    const noPlan = await change(telegenceIccid(2), ['--plan', 'TG-OLD', '--provider', '23']);
    await made.db.execute(`DELETE FROM UserPermission WHERE Module = 'Mobility'`);
    const notAllowed = await change(telegenceIccid(2), ['--plan', 'TG-5GB']);

    expect([later.code, rowsOf(later)], later.stderr).toEqual([0, [['APPLIED', 'OK; effective 2999-01-01']]]);
    expect([noPlan.code, noPlan.stderr]).toEqual([3, expect.stringContaining("Rate plan 'TG-OLD' does not exist")]);
    expect([notAllowed.code, notAllowed.stderr]).toEqual([
      4,
      expect.stringContaining('User sandbox has no CREATE permission for module Mobility'),
    ]);
    expect((await sandbox.client.summary()).effects).toEqual({ 'plan scheduled': 1 });
  });
});

/** Status and text of each row, in the order of the list. */
function rowsOf({ stdout }: Ran): readonly (readonly (string | undefined)[])[] {
  // Our own columns.
  const rows = parse(stdout, { columns: true }) as readonly Readonly<Record<string, string>>[];
  return rows.map(({ status, message }) => [status, message]);
}

/** How many M2M devices of the sample have this account. */
function sampleTenants(account: string): number {
  return sampleData().tables['Device_Tenant']?.filter(({ AccountNumber }) => AccountNumber === account).length ?? 0;
}

async function renameLogKeys({ db }: TestDatabase): Promise<void> {
  for (const portal of ['M2M', 'Mobility']) {
    const [from, to] = [`${portal}DeviceChangeId`, `${portal}_DeviceChangeId`];
    await db.execute(
      db.engine === 'sqlite'
        ? `ALTER TABLE DeviceBulkChangeLog RENAME COLUMN ${from} TO ${to}`
        : `EXEC sp_rename 'DeviceBulkChangeLog.${from}', '${to}', 'COLUMN'`,
    );
  }
}
