import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { ebondingIccid, ebondingNumber } from '../carriers/ebonding.ts';
import { engines, sqlite, type TestDatabase } from '../database/engines.ts';
import { sampleOn } from '../database/sample-on.ts';
import { pondIccid, runUnlessKilled, testSandbox, type Ran, type TestSandbox } from './cli.ts';

// A server may take its time for the first statements of a new database.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const NAME = 'usp_DeviceBulkChange_eBonding_CarrierRatePlanChange';
const FOLLOWS = 'the carrier follows by its own means, which cannot be seen';
const STOOD_IN = `Done by the built-in stand-in of ${NAME}; ${FOLLOWS}`;
const DONE = ['Carrier Rate Plan Change: eBonding API', 'Carrier Rate Plan Change: AMOP Update'];
const PREFLIGHT = 'Carrier Rate Plan Change: Pre-flight Check';

/** Procedures as installations have them. Each writes down what it was told. */
const BY_ICCID = `
CREATE PROCEDURE ${NAME} @ICCID nvarchar(50), @CarrierRatePlan nvarchar(255), @EffectiveDate datetime, @ProcessedBy nvarchar(100), @ServiceProviderId int
AS BEGIN
  INSERT INTO called (what) VALUES (CONCAT(@ICCID, ' ', @CarrierRatePlan, ' ', CONVERT(nvarchar(10), @EffectiveDate, 120), ' ', @ProcessedBy, ' ', @ServiceProviderId));
  IF @ICCID = '${ebondingIccid(2)}' RAISERROR('Device is on hold', 16, 1);
  ELSE UPDATE MobilityDevice SET RatePlan = @CarrierRatePlan WHERE ICCID = @ICCID;
END`;

const BY_PHONE_NUMBER = `
CREATE PROCEDURE ${NAME} @PhoneNumber nvarchar(50), @CarrierRatePlan nvarchar(255), @ProcessedBy nvarchar(100)
AS BEGIN
  INSERT INTO called (what) VALUES (CONCAT(@PhoneNumber, ' ', @CarrierRatePlan));
END`;

const BY_BULK_CHANGE = `
CREATE PROCEDURE ${NAME} @BulkChangeId bigint, @mobilityDeviceIds nvarchar(max), @CarrierRatePlan nvarchar(255)
AS BEGIN
  INSERT INTO called (what) VALUES (CONCAT(@mobilityDeviceIds, ' ', @CarrierRatePlan));
END`;

const ASSIGN_BY_BULK_CHANGE = `
CREATE PROCEDURE usp_CustomerChangeType_AssignChangeType @BulkChangeId bigint, @mobilityDeviceIds nvarchar(max), @SiteId int, @AccountNumber nvarchar(50)
AS BEGIN
  INSERT INTO called (what) VALUES (CONCAT(@mobilityDeviceIds, ' assigned'));
  UPDATE MobilityDevice_Tenant SET SiteId = @SiteId, AccountNumber = @AccountNumber
  WHERE ',' + @mobilityDeviceIds + ',' LIKE '%,' + CAST(MobilityDeviceId AS nvarchar(10)) + ',%';
END`;

let made: TestDatabase;
let sandbox: TestSandbox;

async function open(create: () => Promise<TestDatabase>): Promise<void> {
  made = await sampleOn(create);
  await made.db.execute('CREATE TABLE called (what nvarchar(400))');
  sandbox = await testSandbox();
}

afterEach(async () => {
  await sandbox.remove();
  await made.remove();
});

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  runUnlessKilled([...args, '--output', 'csv'], { ...sandbox.environment, DATABASE_URL: made.url, POND_RATE: '1000', ...env });

const change = (list: string, more: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  run(['change-rate-plan', '--file', sandbox.list('list.csv', list), '--yes', ...more], env);

/** Status and text of each row, in the order of the list. */
function rowsOf({ stdout }: Ran): readonly (readonly (string | undefined)[])[] {
  // Our own columns.
  const rows = parse(stdout, { columns: true }) as readonly Readonly<Record<string, string>>[];
  return rows.map(({ status, message }) => [status, message]);
}

const calls = async () => (await made.db.query<{ what: string }>('SELECT what FROM called ORDER BY what')).map(({ what }) => what);

const audit = () =>
  made.db.query<{ readonly iccid: string; readonly text: string; readonly errors: number; readonly request: string }>(`
    SELECT change.ICCID AS iccid, log.LogEntryDescription AS text, log.HasErrors AS errors, log.RequestText AS request
    FROM DeviceBulkChangeLog AS log JOIN Mobility_DeviceChange AS change ON change.id = log.MobilityDeviceChangeId ORDER BY log.id`);

const plans = async (...devices: readonly number[]) =>
  (
    await made.db.query<{ RatePlan: string }>(
      `SELECT RatePlan FROM MobilityDevice WHERE ServiceProviderId = 24 AND id IN (${devices.map((n) => 3220 + n).join(', ')}) ORDER BY id`,
    )
  ).map(({ RatePlan }) => RatePlan);

const histories = () =>
  made.db.query(
    'SELECT MobilityDeviceId AS id, PreviousValue AS was, CurrentValue AS [is] FROM DeviceActionHistory ORDER BY MobilityDeviceId',
  );

describe('eBonding on the embedded database', () => {
  beforeEach(() => open(sqlite.create));

  test('a built-in stand-in does what the procedure would do, and every row says so', async () => {
    const ran = await change(
      [
        'iccid,phone number,plan',
        `${ebondingIccid(1)},,EB-5GB`,
        `,${ebondingNumber(2)},EB-5GB`,
        `${ebondingIccid(3)},,EB-1GB`,
        `${ebondingIccid(19)},,EB-5GB`,
        `${ebondingIccid(20)},,EB-5GB`,
        `${ebondingIccid(4)},,EB-OLD`,
      ].join('\n'),
    );

    expect([ran.code, rowsOf(ran)], ran.stderr).toEqual([
      5,
      [
        ['APPLIED', STOOD_IN],
        ['APPLIED', STOOD_IN],
        ['NOOP', 'already on plan'],
        ['REJECTED', `Device ${ebondingIccid(19)} has no phone number`],
        ['REJECTED', 'Mobility Device is archived'],
        ['REJECTED', "Rate plan 'EB-OLD' does not exist"],
      ],
    ]);
    expect(await plans(1, 2, 3)).toEqual(['EB-5GB', 'EB-5GB', 'EB-1GB']);
    expect(await histories()).toEqual([3221, 3222].map((id) => ({ id, was: 'EB-1GB', is: 'EB-5GB' })));
    const ofSecond = (await audit()).filter(({ iccid }) => iccid === ebondingIccid(2));
    expect(ofSecond.map(({ text, errors }) => [text, errors])).toEqual(DONE.map((text) => [text, 0]));
    expect(ofSecond[0]?.request).toBe(
      `${NAME} ${JSON.stringify({ ICCID: ebondingIccid(2), PhoneNumber: ebondingNumber(2), CarrierRatePlan: 'EB-5GB', EffectiveDate: null, ProcessedBy: 'sandbox', ServiceProviderId: 24 })}`,
    );
    expect((await sandbox.client.summary()).calls).toBe(0);
  });

  test.each(['before send:1', 'after send:1', 'before commit:1', 'after commit:1'])('killed %s, resumed, done once', async (point) => {
    const killed = await change(ebondingIccid(1), ['--plan', 'EB-5GB'], { POND_BULK_KILL_AT: point });
    const resumed = await run(['resume', 'last', '--yes']);

    expect([killed.signal, resumed.code, rowsOf(resumed)], resumed.stderr).toEqual(['SIGKILL', 0, [['APPLIED', STOOD_IN]]]);
    expect((await audit()).map(({ text }) => text)).toEqual(DONE);
    expect(await histories()).toHaveLength(1);
  });

  test('a dry run that asks the carrier says that it cannot be asked; no setting is needed', async () => {
    const ran = await change(ebondingIccid(1), ['--plan', 'EB-5GB', '--effective-date', '2999-01-01', '--dry-run', '--ask-carrier']);

    expect([ran.code, rowsOf(ran)], ran.stderr).toEqual([0, [['PLANNED', 'the carrier cannot be asked']]]);
    expect(await plans(1)).toEqual(['EB-1GB']);
  });

  test('a wave is not read back at a carrier that cannot be asked: the next one begins', async () => {
    const ran = await change([1, 2, 3].map(ebondingIccid).join('\n'), ['--plan', 'EB-5GB', '--waves', '1,100%']);

    expect([ran.code, rowsOf(ran).map(([status]) => status)], ran.stderr).toEqual([0, ['APPLIED', 'APPLIED', 'APPLIED']]);
  });

  test('with a customer assignment the carrier plan follows it', async () => {
    const file = sandbox.list('assign.csv', `iccid\n${ebondingIccid(1)}\n`);

    const ran = await run(['assign-customer', '--file', file, '--customer', '4712', '--carrier-rate-plan', 'EB-10GB', '--yes']);

    expect([ran.code, rowsOf(ran)], ran.stderr).toEqual([0, [['APPLIED', STOOD_IN]]]);
    expect(await plans(1)).toEqual(['EB-10GB']);
    expect((await audit()).map(({ text }) => text)).toEqual(expect.arrayContaining(['AMOP Customer Assignment', ...DONE]));
  });
});

// Only SQL Server has procedures; engines.ts says on stderr when there is none to test on.
describe.each(engines.filter(({ name }) => name !== 'SQLite'))('eBonding on $name', ({ create }) => {
  beforeEach(() => open(create));

  test('by ICCID: called once per device, with the day and the operator; what it raises is the failure of that row, and retry calls it again', async () => {
    await made.db.execute(BY_ICCID);
    const list = `iccid,effective date\n${ebondingIccid(1)},2999-01-01\n${ebondingIccid(2)},\n${ebondingIccid(3)},\n`;

    const ran = await change(list, ['--plan', 'EB-5GB']);
    const between = await calls();
    const retried = await run(['retry', 'last', '--yes']);

    expect([ran.code, rowsOf(ran)], ran.stderr).toEqual([
      5,
      [
        ['APPLIED', `OK; ${FOLLOWS}`],
        ['FAILED', `${NAME}: Device is on hold`],
        ['APPLIED', `OK; ${FOLLOWS}`],
      ],
    ]);
    // What the second call wrote was rolled back with it.
    expect(between).toEqual([`${ebondingIccid(1)} EB-5GB 2999-01-01 sandbox 24`, `${ebondingIccid(3)} EB-5GB  sandbox 24`]);
    expect([retried.code, await calls()], retried.stderr).toEqual([5, between]);
    expect(await plans(1, 2, 3)).toEqual(['EB-5GB', 'EB-1GB', 'EB-5GB']);
    const failures = (await audit()).filter(({ errors }) => errors === 1);
    expect(failures.map(({ iccid, text }) => [iccid, text])).toEqual([1, 2].map(() => [ebondingIccid(2), DONE[0]]));
  });

  test.each(['before send:1', 'after send:1', 'before commit:1', 'after commit:1'])(
    'by phone number, killed %s, resumed: called once',
    async (point) => {
      await made.db.execute(BY_PHONE_NUMBER);

      const killed = await change(ebondingIccid(1), ['--plan', 'EB-5GB'], { POND_BULK_KILL_AT: point });
      const resumed = await run(['resume', 'last', '--yes']);

      expect([killed.signal, resumed.code], resumed.stderr).toEqual(['SIGKILL', 0]);
      expect(await calls()).toEqual([`${ebondingNumber(1)} EB-5GB`]);
      expect([(await audit()).map(({ text }) => text), await plans(1)]).toEqual([DONE, ['EB-5GB']]);
    },
  );

  test('without the procedure every row of eBonding is refused with one text, in a dry run too, and nothing else is touched', async () => {
    const list = `iccid,plan\n${ebondingIccid(1)},EB-5GB\n${ebondingIccid(2)},EB-10GB\n${pondIccid(1)},POND-5GB\n`;

    const dry = await change(list, ['--dry-run']);
    const ran = await change(list);

    const refused = ['REJECTED', `The database has no procedure ${NAME}`];
    expect([dry.code, rowsOf(dry)], dry.stderr).toEqual([3, [refused, refused, ['PLANNED', '']]]);
    expect([ran.code, rowsOf(ran)], ran.stderr).toEqual([5, [refused, refused, ['APPLIED', 'OK']]]);
    expect(await plans(1, 2)).toEqual(['EB-1GB', 'EB-1GB']);
    expect((await audit()).map(({ text, errors }) => [text, errors])).toEqual([1, 2].map(() => [PREFLIGHT, 1]));
  });

  test.each([
    ['requires a parameter that nobody can fill', '@ICCID nvarchar(50), @CarrierRatePlan nvarchar(255), @Mood int', /requires @mood/i],
    ['cannot be told the plan', '@ICCID nvarchar(50)', /has no parameter @CarrierRatePlan/],
  ])('a procedure that %s stops lists of eBonding before anything is written, and no others', async (_what, parameters, says) => {
    await made.db.execute(`CREATE PROCEDURE ${NAME} ${parameters} AS BEGIN SELECT 1 AS one END`);

    const ran = await change(`iccid,plan\n${ebondingIccid(1)},EB-5GB\n${pondIccid(1)},POND-5GB\n`);
    const saved = await made.db.query('SELECT COUNT(*) AS n FROM DeviceBulkChange');
    const other = await change(pondIccid(1), ['--plan', 'POND-5GB']);

    expect([ran.code, ran.stderr, saved]).toEqual([2, expect.stringMatching(says), [{ n: 0 }]]);
    expect(other.code, other.stderr).toBe(0);
  });

  test('a later day is refused where the procedure has no parameter for it', async () => {
    await made.db.execute(BY_PHONE_NUMBER);

    const ran = await change(`iccid,effective date\n${ebondingIccid(1)},2999-01-01\n${ebondingIccid(2)},\n`, ['--plan', 'EB-5GB']);

    expect([ran.code, rowsOf(ran)], ran.stderr).toEqual([
      5,
      [
        ['REJECTED', 'Effective date is not supported by eBonding'],
        ['APPLIED', `OK; ${FOLLOWS}`],
      ],
    ]);
    expect(await calls()).toEqual([`${ebondingNumber(2)} EB-5GB`]);
  });

  test('by bulk change, after an assignment by bulk change: each is called once, the second for the devices of one plan', async () => {
    await made.db.execute(BY_BULK_CHANGE);
    await made.db.execute(ASSIGN_BY_BULK_CHANGE);
    const list = `iccid,customer,carrier rate plan\n${ebondingIccid(1)},4712,EB-5GB\n${ebondingIccid(2)},4712,EB-10GB\n${ebondingIccid(3)},4712,EB-5GB\n`;

    const ran = await run(['assign-customer', '--file', sandbox.list('assign.csv', list), '--yes']);

    expect([ran.code, rowsOf(ran).map(([status]) => status)], ran.stderr).toEqual([0, ['APPLIED', 'APPLIED', 'APPLIED']]);
    expect(
      (await calls())
        .map((call) =>
          call
            .split(' ')
            .map((part) => part.split(',').toSorted().join())
            .join(' '),
        )
        .toSorted(),
    ).toEqual(['3221,3222,3223 assigned', '3221,3223 EB-5GB', '3222 EB-10GB']);
    expect(await plans(1, 2, 3)).toEqual(['EB-5GB', 'EB-10GB', 'EB-5GB']);
  });
});
