import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';

import { pondIccid } from './cli.ts';
import { sampleDatabase, sandboxHere } from './in-process.ts';

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

const QUEUE = 'Device_CustomerRatePlanOrRatePool_Queue';

async function open({ onTestFinished }: TestContext) {
  const world = await sandboxHere(sample.path);
  onTestFinished(() => world.remove());
  return {
    ...world,
    assign: (devices: readonly number[], ...options: readonly string[]) =>
      world.run(['assign-customer', '--file', world.list(`iccid\n${devices.map(pondIccid).join('\n')}\n`), ...options]),
    owner: (device: number) =>
      world.query(`SELECT AccountNumber AS account, SiteId AS site FROM Device_Tenant WHERE DeviceId = ${device}`)[0],
    queue: () =>
      world.query<{ id: number; plan: number; waits: number }>(
        `SELECT Id AS id, CustomerRatePlanId AS plan, IsActive AS waits FROM ${QUEUE}`,
      ),
  };
}

const BOLT_LARGE = ['--customer', '4712', '--customer-rate-plan', 'CRP-LARGE'];
const QUEUED = [...BOLT_LARGE, '--effective-date', '2999-01-01'];
const ACME = { account: '4711', site: 1 };
const BOLT = { account: '4712', site: 2 };

test('a customer plan that the run queued is taken out of the queue with the customer, audited and told; others stay', async (context) => {
  const world = await open(context);
  world.execute(`INSERT INTO ${QUEUE} (DeviceId, CustomerRatePlanId, EffectiveDate, PortalType, TenantId, CreatedBy, CreatedDate, IsActive)
    VALUES (1, 1, '2999-01-01 00:00:00.000', 0, 1, 'portal', '2026-01-01 00:00:00.000', 1)`);
  const assigned = await world.assign([1, 2], ...QUEUED);

  const dry = await world.run(['rollback', 'last', '--dry-run'], { yes: false });
  const ran = await world.run(['rollback', 'last']);
  world.execute(`UPDATE ${QUEUE} SET EffectiveDate = '2026-01-01 00:00:00.000'`);
  await world.run(['run-due']);

  expect([assigned.code, dry.code, ran.code], ran.stderr).toEqual([0, 0, 0]);
  expect([...ran.rows.values()].map(({ status, message }) => [status, message])).toEqual(
    [1, 2].map(() => ['APPLIED', 'OK; customer plan queued for 2999-01-01 taken back']),
  );
  expect([world.owner(1), world.owner(2)]).toEqual([ACME, ACME]);
  expect(world.query('SELECT CustomerRatePlanId AS plan FROM Device_Tenant WHERE DeviceId IN (1, 2) ORDER BY DeviceId')).toEqual([
    { plan: 1 },
    { plan: null },
  ]);
  expect(
    world.query(
      'SELECT RequestText AS request, ResponseText AS response FROM DeviceBulkChangeLog WHERE RequestText LIKE \'%"IsActive":0%\' ORDER BY id',
    ),
  ).toEqual(
    [2, 3].map((id) => ({
      request: `${QUEUE} {"Id":${id},"CustomerRatePlanId":2,"CustomerRatePoolId":null,"EffectiveDate":"2999-01-01","IsActive":0}`,
      response: 'OK; taken out of the queue',
    })),
  );
});

test('a device whose queued plan was made since is STALE and left alone', async (context) => {
  const world = await open(context);
  await world.assign([1, 2], ...QUEUED);
  const [assigned] = world.query<{ id: string }>('SELECT id FROM pondbulk_run');
  world.execute(`UPDATE ${QUEUE} SET EffectiveDate = '2026-01-01 00:00:00.000' WHERE DeviceId = 1`);
  await world.run(['run-due']);

  const ran = await world.run(['rollback', assigned?.id ?? '']);

  expect([ran.code, ran.rows.get(pondIccid(1))?.status, ran.rows.get(pondIccid(2))?.status], ran.stderr).toEqual([5, 'STALE', 'APPLIED']);
  expect(ran.rows.get(pondIccid(1))?.message).toContain('is not in the queue any more');
  expect([world.owner(1), world.owner(2)]).toEqual([BOLT, ACME]);
});

test('a plan that is made between the look at it and the commit is not taken back, nor is its customer, and the others are', async (context) => {
  const world = await open(context);
  await world.assign([1, 2], ...QUEUED);
  let isMade = false;

  const ran = await world.run(['rollback', 'last'], {
    probe: (moment) => {
      if (isMade || !moment.some(({ name }) => name === 'before commit')) return;
      isMade = true;
      world.execute(`UPDATE ${QUEUE} SET IsActive = 0 WHERE DeviceId = 1`);
    },
  });
  const resumed = await world.run(['resume', 'last']);

  expect(isMade).toBe(true);
  expect([ran.code, ran.rows.get(pondIccid(1))?.status, ran.rows.get(pondIccid(2))?.status], ran.stderr).toEqual([9, 'UNKNOWN', 'APPLIED']);
  expect([resumed.code, resumed.rows.get(pondIccid(1))?.status], resumed.stderr).toEqual([5, 'STALE']);
  expect([world.owner(1), world.owner(2)]).toEqual([BOLT, ACME]);
});

test('a rollback that took a plan out of the queue is not rolled back itself: the plan cannot be queued again', async (context) => {
  const world = await open(context);
  await world.assign([1], ...QUEUED);
  await world.run(['rollback', 'last']);

  const again = await world.run(['rollback', 'last']);

  expect([again.code, again.rows.get(pondIccid(1))?.status], again.stderr).toEqual([5, 'REJECTED']);
  expect(again.rows.get(pondIccid(1))?.message).toContain('queued customer plan');
  expect([world.owner(1), world.queue().map(({ waits }) => waits)]).toEqual([ACME, [0]]);
});

describe('the service line that a device pointed to', () => {
  const lineOf = (world: Awaited<ReturnType<typeof open>>, device: number) =>
    world.query<{ line: number | null }>(`SELECT RevServiceId AS line FROM Device_Tenant WHERE DeviceId = ${device}`)[0]?.line;

  test('comes back with its customer from a Site that cleared it, and goes again when that is rolled back', async (context) => {
    const world = await open(context);
    const [line] = world.query<{ id: number }>('SELECT MIN(id) AS id FROM RevService WHERE RevServiceId = 9025');
    world.execute(`UPDATE Device_Tenant SET RevServiceId = ${line?.id} WHERE DeviceId = 26`);
    const moved = await world.assign([26, 27], '--site', '21');
    const atSite = [lineOf(world, 26), lineOf(world, 27)];

    const ran = await world.run(['rollback', 'last']);
    const back = [lineOf(world, 26), lineOf(world, 27)];
    const forth = await world.run(['rollback', 'last']);

    expect([moved.code, ran.code, forth.code], `${moved.stderr}${ran.stderr}${forth.stderr}`).toEqual([0, 0, 0]);
    expect([atSite, back]).toEqual([
      [null, null],
      [line?.id, null],
    ]);
    expect([world.owner(26), lineOf(world, 26)]).toEqual([{ account: null, site: 21 }, null]);
    expect(ran.rows.get(pondIccid(26))).toMatchObject({
      before: { customer: null, siteId: 21, revServiceId: null },
      after: { customer: '4711', siteId: 1, revServiceId: line?.id },
    });
  });

  test('is not written over what somebody else gave the device since', async (context) => {
    const world = await open(context);
    world.execute('UPDATE Device_Tenant SET RevServiceId = (SELECT MIN(id) FROM RevService WHERE RevServiceId = 9025) WHERE DeviceId = 26');
    await world.assign([26], '--site', '21');
    const [other] = world.query<{ id: number }>('SELECT MIN(id) AS id FROM RevService WHERE RevServiceId = 9026');
    world.execute(`UPDATE Device_Tenant SET RevServiceId = ${other?.id} WHERE DeviceId = 26`);

    const ran = await world.run(['rollback', 'last']);

    expect([ran.code, ran.rows.get(pondIccid(26))?.status], ran.stderr).toEqual([5, 'STALE']);
    expect([world.owner(26), lineOf(world, 26)]).toEqual([{ account: null, site: 21 }, other?.id]);
  });
});

test('a customer whose carrier plan then failed goes back too, and nothing else does', async (context) => {
  const world = await open(context);
  world.addFault({ service: 'pond', kind: '400', match: { path: '/addPackage' } });
  world.execute('UPDATE Device_Tenant SET CustomerRatePlanId = 1 WHERE DeviceId = 1');
  const assigned = await world.assign([1], ...BOLT_LARGE, '--carrier-rate-plan', 'POND-5GB');

  const ran = await world.run(['rollback', 'last']);

  expect([assigned.code, assigned.rows.get(pondIccid(1))?.status], assigned.stderr).toEqual([5, 'FAILED']);
  expect([ran.code, ran.rows.get(pondIccid(1))], ran.stderr).toMatchObject([
    0,
    { status: 'APPLIED', after: { customer: '4711', siteId: 1 } },
  ]);
  expect(world.owner(1)).toEqual(ACME);
  expect(
    world.query(
      'SELECT CustomerRatePlanId AS own, RatePlan AS plan FROM Device_Tenant AS mine JOIN Device ON Device.id = DeviceId WHERE DeviceId = 1',
    ),
  ).toEqual([{ own: 1, plan: 'POND-1GB' }]);
  expect(world.query("SELECT COUNT(*) AS n FROM pondbulk_journal WHERE kind = 'intent'")).toEqual([{ n: 1 }]);
});

test('a customer who was assigned by an attempt before the last one is not left out', async (context) => {
  const world = await open(context);
  world.addFault({ service: 'pond', kind: '400', match: { path: '/addPackage' } });
  await world.assign([1], '--customer', '4712', '--carrier-rate-plan', 'POND-5GB');
  world.addFault({ service: 'pond', kind: '401', times: 5 });
  const retried = await world.run(['retry', 'last']);

  const ran = await world.run(['rollback', 'last']);

  expect([retried.code, retried.rows.get(pondIccid(1))?.status], retried.stderr).toEqual([4, 'NOT_STARTED']);
  expect([ran.code, ran.rows.get(pondIccid(1))], ran.stderr).toMatchObject([5, { status: 'REJECTED', error: { code: 'NOT_SETTLED' } }]);
});
