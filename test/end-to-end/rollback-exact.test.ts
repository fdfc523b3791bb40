import { describe, expect, test, type TestContext } from 'vitest';

import { pondIccid } from './cli.ts';
import { sandboxes } from './sandboxes.ts';

const ICCID = pondIccid(1);

const newSandbox = sandboxes();

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  return {
    ...sandbox,
    /** The same SIM as a device of another provider. */
    addTwin: (providerId: number, plan: string, planId: number) =>
      sandbox.execute(`INSERT INTO Device (ICCID, ServiceProviderId, MSISDN, RatePlan, CarrierRatePlanId, IsActive, IsDeleted, Status)
        SELECT ICCID, ${providerId}, MSISDN, '${plan}', ${planId}, 1, 0, Status FROM Device WHERE ICCID = '${ICCID}'`),
    change: (args: readonly string[]) => sandbox.run([...args, '--file', sandbox.list(`iccid\n${ICCID}\n`)]),
    plans: () => sandbox.query(`SELECT ServiceProviderId AS provider, RatePlan AS plan FROM Device WHERE ICCID = '${ICCID}' ORDER BY 1`),
    tenant: () =>
      sandbox.query(
        `SELECT SiteId, AccountNumber, CustomerRatePlanId AS plan, CustomerRatePoolId AS pool FROM Device_Tenant WHERE DeviceId = 1`,
      ),
  };
}

describe('P7: what goes back is told by ids, not by names that may mean something else', () => {
  test('of two devices with one ICCID the one that was changed goes back', async (context) => {
    const { run, change, plans, addTwin } = await open(context);
    addTwin(2, 'IOT-10MB', 201);
    const changed = await change(['change-rate-plan', '--plan', 'POND-5GB', '--provider', '1']);

    const back = await run(['rollback', 'last']);

    expect([changed.code, back.code], back.stderr).toEqual([0, 0]);
    expect(plans()).toEqual([
      { provider: 1, plan: 'POND-1GB' },
      { provider: 2, plan: 'IOT-10MB' },
    ]);
  });

  test('another device that has the ICCID by now is left alone', async (context) => {
    const { run, change, plans, addTwin, execute } = await open(context);
    await change(['change-rate-plan', '--plan', 'POND-5GB', '--provider', '1']);
    execute(`UPDATE Device SET IsActive = 0, IsDeleted = 1 WHERE ICCID = '${ICCID}'`);
    addTwin(4, 'POND-5GB', 2);
    const before = plans();

    const back = await run(['rollback', 'last']);

    expect(back.code, back.stderr).toBe(5);
    expect(['STALE', 'REJECTED']).toContain(back.rows.get(ICCID)?.status);
    expect(plans()).toEqual(before);
  });

  test('a customer with two Sites gets the device back at the one where it was', async (context) => {
    const { run, change, tenant, execute } = await open(context);
    execute(
      `INSERT INTO Site (id, TenantId, Name, RevCustomerId, IsActive, IsDeleted) SELECT 99, 1, 'A second site', RevCustomerId, 1, 0 FROM Site WHERE id = 1`,
    );
    const before = tenant();
    const changed = await change(['assign-customer', '--customer', '4712']);

    const back = await run(['rollback', 'last']);

    expect([changed.code, back.code], back.stderr).toEqual([0, 0]);
    expect(tenant()).toEqual(before);
  });

  test('an id that another plan has as its code by now is not taken for that plan', async (context) => {
    const { run, change, tenant, execute } = await open(context);
    execute('UPDATE Device_Tenant SET CustomerRatePlanId = 2 WHERE DeviceId = 1');
    await change(['assign-customer', '--customer', '4712', '--customer-rate-plan', 'CRP-SMALL']);
    execute(
      `INSERT INTO JasperCustomerRatePlan (Id, RatePlanCode, RatePlanName, TenantId, IsActive, IsDeleted) VALUES (77, '2', 'its code is 2', 1, 1, 0)`,
    );
    const assigned = tenant();

    const back = await run(['rollback', 'last']);

    expect(back.code, back.stderr).toBe(5);
    expect(back.rows.get(ICCID)).toMatchObject({ status: 'STALE', error: { code: 'MEANS_SOMETHING_ELSE' } });
    expect(tenant()).toEqual(assigned);
  });
});
