import { expect, test, type TestContext } from 'vitest';

import { pondIccid } from './cli.ts';
import { sandboxes } from './sandboxes.ts';

const ENV = { POND_RATE: '1000', SETTLE_SECONDS: '1', RETRY_MAX_COUNT: '1' };
const [FIRST, SECOND] = [pondIccid(1), pondIccid(2)];
const PLANS = ['--customer-rate-plan', 'CRP-LARGE', '--carrier-rate-plan', 'POND-5GB'];

const newSandbox = sandboxes();

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  const go = (args: readonly string[]) => sandbox.run(args, { env: ENV });
  const list = (iccids: readonly string[]) => ['--file', sandbox.list(`iccid\n${iccids.join('\n')}\n`)];
  return {
    ...sandbox,
    go,
    movePlan: (plan: string, iccids: readonly string[]) => go(['change-rate-plan', '--plan', plan, ...list(iccids)]),
    assign: (customer: string, more: readonly string[]) => go(['assign-customer', '--customer', customer, ...more, ...list([FIRST])]),
    /** POND refuses a new package, so often. */
    refusePackages: (times: number) => sandbox.addFault({ service: 'pond', kind: '400', match: { path: 'addPackage' }, times }),
    held: (iccid: string) =>
      sandbox.query(`SELECT RatePlan AS plan, AccountNumber AS customer, CustomerRatePlanId AS customerPlan
        FROM Device JOIN Device_Tenant AS tenant ON tenant.DeviceId = Device.id WHERE ICCID = '${iccid}'`)[0],
    /** What the portal's history says. */
    told: () =>
      sandbox
        .query<{ text: string }>(
          `SELECT ChangedField || ': ' || COALESCE(PreviousValue, '-') || ' > ' || CurrentValue AS text FROM DeviceActionHistory ORDER BY id`,
        )
        .map(({ text }) => text),
  };
}

test('retry leaves a device alone that another run has changed meanwhile, and does the others', async (context) => {
  const { go, movePlan, refusePackages, held, told } = await open(context);
  refusePackages(2);
  const failed = await movePlan('POND-5GB', [FIRST, SECOND]);
  await movePlan('POND-10GB', [FIRST]);

  const retried = await go(['retry', '1']);
  const back = await go(['rollback', '1']);

  expect([failed.code, retried.code], retried.stderr).toEqual([5, 5]);
  expect([retried.rows.get(FIRST)?.status, retried.rows.get(SECOND)?.status]).toEqual(['FAILED', 'APPLIED']);
  expect(retried.stderr).toContain(
    `Bulk change 1: 1 row is left alone: Device ${FIRST} was changed by somebody since: plan was POND-1GB, is POND-10GB (start a new change for it)`,
  );
  expect([back.code, held(FIRST), held(SECOND)], back.stderr).toMatchObject([0, { plan: 'POND-10GB' }, { plan: 'POND-1GB' }]);
  expect(told()).toEqual(
    ['POND-1GB > POND-10GB', 'POND-1GB > POND-5GB', 'POND-5GB > POND-1GB'].map((change) => `CarrierRatePlan: ${change}`),
  );
});

test('retry of a row whose customer is assigned does the rest, and rollback gives back what there was before both attempts', async (context) => {
  const { go, assign, refusePackages, held, told } = await open(context);
  const before = held(FIRST);
  refusePackages(1);
  const failed = await assign('4712', ['--carrier-rate-plan', 'POND-5GB']);
  const between = held(FIRST);

  const retried = await go(['retry', '1']);
  const after = held(FIRST);
  const history = told();
  const back = await go(['rollback', '1']);

  expect([failed.code, between], failed.stderr).toMatchObject([5, { plan: 'POND-1GB', customer: '4712' }]);
  expect([retried.code, after], retried.stderr).toMatchObject([0, { plan: 'POND-5GB', customer: '4712' }]);
  expect(retried.rows.get(FIRST)).toMatchObject({
    before: { customer: '4711', plan: 'POND-1GB' },
    after: { customer: '4712', plan: 'POND-5GB' },
  });
  expect(history).toEqual(['Customer: 4711 > 4712', 'CarrierRatePlan: POND-1GB > POND-5GB']);
  expect([back.code, held(FIRST)], back.stderr).toEqual([0, before]);
});

test('retry leaves a row alone whose customer it assigned, and somebody assigned another since', async (context) => {
  const { go, assign, refusePackages, held } = await open(context);
  refusePackages(1);
  await assign('4712', PLANS);
  const other = await assign('4711', []);

  const retried = await go(['retry', '1']);

  expect([other.code, retried.code, retried.rows.get(FIRST)?.status], retried.stderr).toEqual([0, 5, 'FAILED']);
  expect(retried.stderr).toMatch(
    /changed by somebody since: customer was 4712, is 4711, siteId was \d+, is \d+ \(start a new change for it\)/,
  );
  expect(held(FIRST)).toMatchObject({ customer: '4711', plan: 'POND-1GB' });
});

test('a customer plan that has come from the queue meanwhile is no change by somebody: retry does the rest', async (context) => {
  const { go, assign, refusePackages, held, execute } = await open(context);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  refusePackages(1);
  await assign('4712', [...PLANS, '--effective-date', tomorrow]);
  execute(`UPDATE Device_CustomerRatePlanOrRatePool_Queue SET EffectiveDate = '2020-01-01 00:00:00.000'`);
  const due = await go(['run-due']);
  const between = held(FIRST);

  const retried = await go(['retry', '1']);

  expect(due.code, due.stderr).toBe(0);
  expect(between, due.stderr).toMatchObject({ customerPlan: expect.any(Number), plan: 'POND-1GB' });
  expect([retried.code, held(FIRST)], retried.stderr).toMatchObject([0, { plan: 'POND-5GB' }]);
});
