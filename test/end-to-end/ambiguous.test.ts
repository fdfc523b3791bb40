import { expect, test, type TestContext } from 'vitest';

import { pondIccid } from './cli.ts';
import { sandboxes } from './sandboxes.ts';

const DEVICE = pondIccid(1);
const OTHER = pondIccid(2);

const newSandbox = sandboxes();

async function open({ onTestFinished }: TestContext, sql: string) {
  const sandbox = await newSandbox({ onTestFinished });
  sandbox.execute(sql);
  return {
    ...sandbox,
    /** Assigns, or changes the plan of, the one device with these options; the other has the value in a column. */
    asFlag: (command: string, args: readonly string[]) => sandbox.run([command, '--file', sandbox.list(`iccid\n${DEVICE}\n`), ...args]),
    asColumn: (command: string, column: string, value: string, args: readonly string[]) =>
      sandbox.run([command, '--file', sandbox.list(`iccid,${column}\n${DEVICE},${value}\n${OTHER},\n`), ...args]),
  };
}

const SITE = `INSERT INTO Site (id, TenantId, Name, RevCustomerId, IsActive, IsDeleted)`;
const [DEPOT, POND] = [
  ['--site', '22'],
  ['--provider', '1'],
];

test.for([
  {
    what: 'a Site name that two Sites have',
    sql: `${SITE} VALUES (98, 1, 'depot north', NULL, 1, 0)`,
    command: 'assign-customer',
    column: 'site',
    value: 'Depot North',
    rest: DEPOT,
    alone: [],
    says: "Site 'Depot North' is ambiguous: 21, 98; name its id",
  },
  {
    what: 'a customer that has two Sites',
    sql: `${SITE} SELECT 99, 1, 'Bolt second', RevCustomerId, 1, 0 FROM Site WHERE Name = 'Bolt Mobility'`,
    command: 'assign-customer',
    column: 'customer',
    value: '4712',
    rest: ['--customer', '4711'],
    alone: [],
    says: "Customer '4712' is ambiguous: Sites 2, 99; name the Site",
  },
  {
    what: 'a plan code that two plans of the provider have',
    sql: `INSERT INTO JasperCarrierRatePlan (id, RatePlanCode, ServiceProviderId, JasperRatePlanId, IsActive, IsDeleted, IsRetired)
      VALUES (9001, 'pond-5gb', 1, 777, 1, 0, 0)`,
    command: 'change-rate-plan',
    column: 'plan',
    value: 'POND-5GB',
    rest: ['--plan', 'POND-10GB'],
    alone: POND,
    says: "Rate plan 'POND-5GB' is ambiguous: 102, 9001; only one of that code may be active",
  },
  {
    what: 'a customer rate plan of the tenant and one of the provider with its code',
    sql: `INSERT INTO JasperCustomerRatePlan (Id, RatePlanCode, RatePlanName, ServiceProviderId, TenantId, IsActive, IsDeleted)
      VALUES (77, 'CRP-SMALL', 'another', 1, 1, 1, 0)`,
    command: 'assign-customer',
    column: 'customer rate plan',
    value: 'CRP-SMALL',
    rest: DEPOT,
    alone: [...DEPOT, ...POND],
    says: "Customer rate plan 'CRP-SMALL' is ambiguous: 1, 77; name its id",
  },
  {
    what: 'a customer rate pool that has the name of another',
    sql: `INSERT INTO CustomerRatePool (id, Name, ServiceProviderId, TenantId, IsActive, IsDeleted) VALUES (78, 'POOL-EU', 1, 1, 1, 0)`,
    command: 'assign-customer',
    column: 'customer rate pool',
    value: 'POOL-EU',
    rest: DEPOT,
    alone: [...DEPOT, ...POND],
    says: "Customer rate pool 'POOL-EU' is ambiguous: 1, 78; name its id",
  },
])(
  '$what is guessed by nobody: a flag is refused, or the row of a column',
  async ({ sql, command, column, value, rest, alone, says }, context) => {
    const { asFlag, asColumn, query } = await open(context, sql);

    const flag = await asFlag(command, [`--${column.replaceAll(' ', '-')}`, value, ...alone]);
    const saved = query('SELECT COUNT(*) AS n FROM pondbulk_run');
    const row = await asColumn(command, column, value, rest);

    expect([flag.code, flag.stderr, saved]).toEqual([3, expect.stringContaining(says), [{ n: 0 }]]);
    expect(row.rows.get(DEVICE), row.stderr).toMatchObject({ status: 'REJECTED', message: says, error: { code: 'NAME_AMBIGUOUS' } });
    expect([row.code, row.rows.get(OTHER)?.error]).toEqual([5, null]);
  },
);

test('a flag is good where another provider of the operator has one plan of that code: rows at the one that has two are refused', async (context) => {
  const { asFlag } = await open(
    context,
    `INSERT INTO JasperCarrierRatePlan (id, RatePlanCode, ServiceProviderId, JasperRatePlanId, IsActive, IsDeleted, IsRetired)
      VALUES (9001, 'POND-5GB', 1, 777, 1, 0, 0)`,
  );

  const ran = await asFlag('change-rate-plan', ['--plan', 'POND-5GB']);

  expect([ran.code, ran.rows.get(DEVICE)?.error?.code], ran.stderr).toEqual([5, 'NAME_AMBIGUOUS']);
});

test('an id names one of them; and a code goes before an id that looks like it, as ever', async (context) => {
  const { asFlag, query } = await open(
    context,
    `${SITE} VALUES (98, 1, 'Depot North', NULL, 1, 0);
    INSERT INTO JasperCustomerRatePlan (Id, RatePlanCode, RatePlanName, TenantId, IsActive, IsDeleted) VALUES (77, '2', 'a plan whose code is 2', 1, 1, 0)`,
  );

  const ran = await asFlag('assign-customer', ['--site', '98', '--customer-rate-plan', '2']);

  expect(ran.code, ran.stderr).toBe(0);
  expect(query('SELECT SiteId, CustomerRatePlanId FROM Device_Tenant WHERE DeviceId = 1')).toEqual([
    { SiteId: 98, CustomerRatePlanId: 77 },
  ]);
});
