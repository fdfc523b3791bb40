import { describe, expect, test, type TestContext } from 'vitest';

import { migrate } from '../../src/database/migrate.ts';
import { quote } from '../../src/database/schema-sql.ts';
import { setOf } from '../../src/database/sets.ts';
import { sampleData } from '../../src/sandbox/sample-data.ts';
import { seedDatabase } from '../../src/sandbox/seed-database.ts';
import { engines } from '../database/engines.ts';
import { pondIccid, runCli } from './cli.ts';
import { sandboxes } from './sandboxes.ts';

const newSandbox = sandboxes();

const PAST = '2026-01-01 00:00:00.000';
const FUTURE = '2999-01-01 00:00:00.000';

interface Queued {
  readonly device: number;
  readonly plan?: number;
  readonly pool?: number;
  readonly on?: string;
  readonly tenant?: number;
  readonly isActive?: 0 | 1;
}

/** A sandbox of this test with these rows in the queue. Devices of POND have the ids of their numbers. */
async function open({ onTestFinished }: TestContext, queue: readonly Queued[]) {
  const sandbox = await newSandbox({ onTestFinished });
  for (const { device, plan = null, pool = null, on = PAST, tenant = 1, isActive = 1 } of queue)
    sandbox.execute(`INSERT INTO Device_CustomerRatePlanOrRatePool_Queue (DeviceId, CustomerRatePlanId, CustomerRatePoolId, EffectiveDate, PortalType, TenantId, CreatedBy, IsActive)
       VALUES (${device}, ${plan}, ${pool}, '${on}', 0, ${tenant}, 'portal', ${isActive})`);
  return {
    ...sandbox,
    runDue: (...args: readonly string[]) => sandbox.run(['run-due', ...args]),
    as: (operator: string) => sandbox.run(['run-due'], { env: { POND_BULK_OPERATOR: operator } }),
    left: () =>
      sandbox
        .query<{ DeviceId: number }>('SELECT DeviceId FROM Device_CustomerRatePlanOrRatePool_Queue WHERE IsActive = 1 ORDER BY Id')
        .map(({ DeviceId }) => DeviceId),
    held: (...devices: readonly number[]) =>
      devices.map((id) => {
        const [row] = sandbox.query<{ plan: number; pool: number }>(
          `SELECT CustomerRatePlanId AS plan, CustomerRatePoolId AS pool FROM Device_Tenant WHERE DeviceId = ${id} AND TenantId = 1`,
        );
        return [row?.plan, row?.pool];
      }),
    history: () =>
      sandbox.query(
        'SELECT M2MDeviceId AS device, ChangedField AS field, PreviousValue AS previous, CurrentValue AS current FROM DeviceActionHistory ORDER BY rowid',
      ),
  };
}

test('what assign-customer queued is made once its day has come, with history and audit, and only once', async (context) => {
  const world = await open(context, []);
  const assigned = await world.run([
    'assign-customer',
    '--customer',
    '4712',
    '--file',
    world.list(`iccid\n${pondIccid(1)}\n`),
    '--customer-rate-plan',
    'CRP-LARGE',
    '--customer-rate-pool',
    'POOL-EU',
    '--effective-date',
    '2999-01-01',
  ]);
  const early = await world.runDue();
  world.execute(`UPDATE Device_CustomerRatePlanOrRatePool_Queue SET EffectiveDate = '${PAST}'`);

  const ran = await world.runDue();
  const again = await world.runDue();

  expect([assigned.code, early.code, early.rows.size], assigned.stderr).toEqual([0, 0, 0]);
  expect([ran.code, ran.rows.get(pondIccid(1))?.status], ran.stderr).toEqual([0, 'APPLIED']);
  expect([again.code, again.rows.size], again.stderr).toEqual([0, 0]);
  expect([world.held(1), world.left()]).toEqual([[[2, 1]], []]);
  expect(world.history().slice(1)).toEqual([
    { device: 1, field: 'CustomerRatePlan', previous: null, current: '2' },
    { device: 1, field: 'CustomerRatePool', previous: null, current: '1' },
  ]);
  expect(
    world.query(`
      SELECT bulk.Status AS bulk, change.Status AS row, log.LogEntryDescription AS text, log.RequestText AS request
      FROM DeviceBulkChangeLog AS log
      JOIN M2M_DeviceChange AS change ON change.id = log.M2MDeviceChangeId
      JOIN DeviceBulkChange AS bulk ON bulk.id = log.BulkChangeId WHERE bulk.id = (SELECT MAX(id) FROM DeviceBulkChange) ORDER BY log.id`),
  ).toEqual([
    {
      bulk: 'PROCESSED',
      row: 'PROCESSED',
      text: 'AMOP Customer Rate Plan Assignment',
      request: 'Device_Tenant {"DeviceId":1,"TenantId":1,"CustomerRatePlanId":2,"EffectiveDate":"2026-01-01"}',
    },
    {
      bulk: 'PROCESSED',
      row: 'PROCESSED',
      text: 'AMOP Customer Rate Pool Assignment',
      request: 'Device_Tenant {"DeviceId":1,"TenantId":1,"CustomerRatePoolId":1,"EffectiveDate":"2026-01-01"}',
    },
  ]);
});

test('only what is due, waiting and of the operator’s tenant is taken', async (context) => {
  const world = await open(context, [
    { device: 1, plan: 1 },
    { device: 2, plan: 1, on: FUTURE },
    { device: 3, plan: 1, isActive: 0 },
    { device: 4, plan: 1, tenant: 2 },
  ]);

  const ran = await world.runDue();

  expect([ran.code, [...ran.rows.keys()]], ran.stderr).toEqual([0, [pondIccid(1)]]);
  expect([world.held(1, 2, 3, 4), world.left()]).toEqual([
    [
      [1, null],
      [null, null],
      [null, null],
      [null, null],
    ],
    [2, 4],
  ]);
});

test('several changes of one device are made in the order of their dates, whatever their ids', async (context) => {
  const world = await open(context, [
    { device: 1, plan: 2, on: '2026-03-01 00:00:00.000' },
    { device: 1, plan: 1, pool: 2, on: '2026-02-01 00:00:00.000' },
  ]);

  const ran = await world.runDue();

  expect(ran.code, ran.stderr).toBe(0);
  expect(world.held(1)).toEqual([[2, 2]]);
  expect(world.history()).toEqual([
    { device: 1, field: 'CustomerRatePlan', previous: null, current: '1' },
    { device: 1, field: 'CustomerRatePool', previous: null, current: '2' },
    { device: 1, field: 'CustomerRatePlan', previous: '1', current: '2' },
  ]);
});

test('what a device has already is a NOOP: taken and audited, without history', async (context) => {
  const world = await open(context, [{ device: 1, plan: 1 }]);
  world.execute('UPDATE Device_Tenant SET CustomerRatePlanId = 1 WHERE DeviceId = 1');

  const ran = await world.runDue();

  expect([ran.code, ran.rows.get(pondIccid(1))?.status, world.left(), world.history()], ran.stderr).toEqual([0, 'NOOP', [], []]);
  expect(world.query('SELECT ResponseText FROM DeviceBulkChangeLog')).toEqual([{ ResponseText: 'already assigned; queue row 1' }]);
});

describe('what may not be made stays in the queue, and is told', () => {
  test.for([
    ['of an archived device', 'DEVICE_ARCHIVED', 5, 'UPDATE Device SET IsActive = 0 WHERE id = 1'],
    ['of a device that is not the tenant’s any more', 'INVALID_ICCID', 5, 'DELETE FROM Device_Tenant WHERE DeviceId = 1'],
    ['of a plan that is gone', 'CUSTOMER_RATE_PLAN_NOT_FOUND', 5, 'UPDATE JasperCustomerRatePlan SET IsDeleted = 1 WHERE Id = 1'],
    ['of a pool that is gone', 'CUSTOMER_RATE_POOL_NOT_FOUND', 5, 'UPDATE CustomerRatePool SET IsActive = 0 WHERE id = 1'],
    ['of a provider that may not be written to', 'WRITES_DISABLED', 4, 'UPDATE ServiceProvider SET WriteIsEnabled = 0 WHERE id = 1'],
  ] as const)('a change %s', async ([_what, code, exitCode, change], context) => {
    const world = await open(context, [{ device: 1, plan: 1, pool: 1 }]);
    world.execute(change);

    const ran = await world.runDue();

    expect([ran.code, ran.rows.get(pondIccid(1))?.error?.code], ran.stderr).toEqual([exitCode, code]);
    expect([world.left(), world.query('SELECT id FROM DeviceBulkChange')]).toEqual([[1], []]);
  });

  test('changes of providers that the operator may not use are not his', async (context) => {
    const world = await open(context, [{ device: 1, plan: 1 }]);

    const [readonly, unknown] = [await world.as('readonly'), await world.as('nobody')];
    world.execute('UPDATE Device SET ServiceProviderId = 2 WHERE id = 1');
    const limited = await world.as('limited');

    expect([readonly.code, unknown.code, limited.code, limited.rows.size], limited.stderr).toEqual([4, 4, 0, 0]);
    expect(world.left()).toEqual([1]);
  });
});

test('what the portal’s own job takes meanwhile is left to it', async (context) => {
  const world = await open(context, [
    { device: 1, plan: 1 },
    { device: 2, plan: 1 },
  ]);
  const portalTakes = (): void => world.execute('UPDATE Device_CustomerRatePlanOrRatePool_Queue SET IsActive = 0 WHERE DeviceId = 2');

  // After it was found, before it is taken.
  const ran = await world.run(['run-due'], { onEvent: ({ type }) => type === 'run.start' && portalTakes() });

  expect([ran.code, ...[1, 2].map((device) => ran.rows.get(pondIccid(device))?.status)], ran.stderr).toEqual([0, 'APPLIED', 'SKIPPED']);
  expect([world.left(), world.held(1, 2), world.history().length]).toEqual([
    [],
    [
      [1, null],
      [null, null],
    ],
    1,
  ]);
});

test('P2: a dry run tells what would be done and writes nothing', async (context) => {
  const world = await open(context, [
    { device: 1, plan: 1 },
    { device: 2, plan: 99 },
  ]);

  const ran = await world.runDue('--dry-run');

  expect([ran.code, ...[1, 2].map((device) => ran.rows.get(pondIccid(device))?.status)], ran.stderr).toEqual([3, 'PLANNED', 'REJECTED']);
  expect(ran.rows.get(pondIccid(1))?.message).toBe('customer rate plan CRP-SMALL');
  expect([world.left(), world.held(1), world.history(), world.query('SELECT id FROM pondbulk_run')]).toEqual([
    [1, 2],
    [[null, null]],
    [],
    [],
  ]);
});

test('its run has nothing to go on with, nothing to compare, and is not rolled back', async (context) => {
  const world = await open(context, [{ device: 1, plan: 1 }]);
  await world.runDue();

  const rollback = await world.run(['rollback', 'last']);
  const resumed = await world.run(['resume', 'last']);
  const reconciled = await world.run(['reconcile', 'last']);

  expect([rollback.code, rollback.stderr]).toEqual([2, expect.stringContaining('made queued changes')]);
  expect([resumed.code, reconciled.code, reconciled.rows.get(pondIccid(1))?.status], reconciled.stderr).toEqual([0, 0, 'APPLIED']);
  expect(world.query('SELECT command, exit_code, saved FROM pondbulk_run')).toEqual([{ command: 'run-due', exit_code: 0, saved: 1 }]);
  expect(world.query('SELECT Status FROM DeviceBulkChange')).toEqual([{ Status: 'PROCESSED' }]);
});

describe.each(engines)('run-due on $name', ({ create }) => {
  // A server may take its time for the first statements of a new database.
  test('two at once make each change once', { timeout: 120_000 }, async ({ onTestFinished }) => {
    const made = await create();
    onTestFinished(() => made.remove());
    await migrate(made.db, { withOperatorSchema: true });
    await seedDatabase(made.db, sampleData());
    const devices = Array.from({ length: 30 }, (_, index) => index + 1);
    const queue = devices.flatMap((device) => [
      { device, plan: 2, on: '2026-02-01 00:00:00.000' },
      { device, plan: 1, on: PAST },
    ]);
    await made.db.execute(
      `INSERT INTO Device_CustomerRatePlanOrRatePool_Queue (DeviceId, CustomerRatePlanId, EffectiveDate, PortalType, TenantId, CreatedBy, IsActive)
       SELECT given.device, given.${quote(made.db.engine, 'plan')}, given.${quote(made.db.engine, 'on')}, 0, 1, 'portal', 1
       FROM ${setOf('rows', { device: 'int', plan: 'int', on: 'nvarchar(30)' })} AS given`,
      { rows: queue },
    );
    const run = (...args: readonly string[]) =>
      runCli([...args, '--output', 'csv'], { env: { DATABASE_URL: made.url, POND_BULK_OPERATOR: 'sandbox' } });

    const both = await Promise.all([run('run-due'), run('run-due')]);
    const status = await run('status', 'last');

    expect(
      both.map(({ code }) => code),
      both.map(({ stderr }) => stderr).join('\n'),
    ).toEqual([0, 0]);
    const applied = both.flatMap(({ stdout }) => stdout.split('\r\n').filter((line) => line.includes(',APPLIED,')));
    expect(applied).toHaveLength(60);
    expect(await made.db.query('SELECT COUNT(*) AS n FROM DeviceActionHistory')).toEqual([{ n: 60 }]);
    expect(await made.db.query('SELECT COUNT(*) AS n FROM DeviceBulkChangeLog')).toEqual([{ n: 60 }]);
    expect(await made.db.query('SELECT COUNT(*) AS n FROM Device_Tenant WHERE CustomerRatePlanId = 2')).toEqual([{ n: 30 }]);
    expect([status.code, status.stdout.split('\r\n')[1]], status.stderr).toEqual([0, expect.stringMatching(/,APPLIED,,OK$/)]);
  });
});
