import { expect, test, type TestContext } from 'vitest';

import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { pondIccid } from './cli.ts';
import { sandboxes } from './sandboxes.ts';

const newSandbox = sandboxes();

/** Devices of Jasper, which has communication plans. */
const jasperIccid = (n: number): string => withCheckDigit(`8901170200${String(n).padStart(9, '0')}`);
const DEVICE = jasperIccid(1);

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  return {
    ...sandbox,
    assign: (list: string, ...more: readonly string[]) =>
      sandbox.run(['assign-customer', '--file', sandbox.list(list), '--customer', '4712', ...more]),
    plans: () => sandbox.query(`SELECT RatePlan AS plan, CommunicationPlan AS commPlan FROM Device WHERE ICCID = '${DEVICE}'`)[0],
    sent: () => sandbox.carriers.ledger.summary().effects,
  };
}

const PLANS = ['--carrier-rate-plan', 'IOT-1GB', '--comm-plan', 'CP_Fast'];

test('a communication plan goes with the carrier plan, and both come back', async (context) => {
  const { assign, run, plans } = await open(context);

  const ran = await assign(`iccid\n${DEVICE}\n`, ...PLANS);
  const set = plans();
  const undone = await run(['rollback', 'last']);

  expect([ran.code, set], ran.stderr).toEqual([0, { plan: 'IOT-1GB', commPlan: 'CP_Fast' }]);
  expect([undone.code, plans()], undone.stderr).toEqual([0, { plan: 'IOT-10MB', commPlan: 'CP_Basic' }]);
});

test('another communication plan alone is a change', async (context) => {
  const { assign, plans, sent } = await open(context);
  await assign(`iccid\n${DEVICE}\n`, '--carrier-rate-plan', 'IOT-1GB');

  const dry = await assign(`iccid\n${DEVICE}\n`, ...PLANS, '--dry-run');
  const ran = await assign(`iccid\n${DEVICE}\n`, ...PLANS);

  expect([dry.rows.get(DEVICE)?.status, ran.rows.get(DEVICE)?.status], ran.stderr).toEqual(['PLANNED', 'APPLIED']);
  expect([plans(), sent()]).toEqual([{ plan: 'IOT-1GB', commPlan: 'CP_Fast' }, { 'plan set': 2 }]);
});

test('rows with a communication plan and no plan to set it with are refused, the others are done', async (context) => {
  const { assign, sent } = await open(context);

  const ran = await assign(
    `iccid,plan,comm plan\n${DEVICE},,CP_Fast\n${jasperIccid(2)},IOT-1GB,CP_Fast\n${pondIccid(1)},POND-5GB,CP_Fast\n`,
  );

  expect([ran.code, sent()], ran.stderr).toEqual([5, { 'plan set': 1 }]);
  expect(ran.rows.get(DEVICE)).toMatchObject({ status: 'REJECTED', error: { code: 'RATE_PLAN_MISSING' } });
  expect(ran.rows.get(jasperIccid(2))).toMatchObject({ status: 'APPLIED' });
  expect(ran.rows.get(pondIccid(1))).toMatchObject({ status: 'REJECTED', message: 'Communication plan is not supported by POND' });
});

test('a plan column of whatever name lets --comm-plan through', async (context) => {
  const { assign, plans } = await open(context);

  const ran = await assign(`iccid,wanted\n${DEVICE},IOT-1GB\n`, '--column', 'plan=wanted', '--comm-plan', 'CP_Fast');

  expect([ran.code, plans()], ran.stderr).toEqual([0, { plan: 'IOT-1GB', commPlan: 'CP_Fast' }]);
});
