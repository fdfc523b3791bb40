import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';

import { CARRIERS } from '../../src/carriers/registry.ts';
import { PORTAL_TABLES } from '../../src/database/portals.ts';
import type { Carrier, CarrierNeed } from '../../src/domain/carrier.ts';
import { MIXED, type MixedDevice } from '../end-to-end/mixed-list.ts';
import { sampleDatabase, sandboxHere } from '../end-to-end/in-process.ts';

// What is refused at each carrier before anything is sent. The cases follow from the carriers' definitions.

interface Case {
  readonly name: string;
  /** Makes the device or the plan what it must not be. */
  readonly sql?: string;
  readonly iccid?: string;
  readonly plan?: string;
  readonly date?: string;
  readonly commPlan?: string;
  readonly code: string;
  readonly message: string;
}

const DAY_MS = 86_400_000;

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

describe.concurrent.each(CARRIERS)('$integration', (carrier) => {
  const device = MIXED.find(({ integration }) => integration === carrier.integration);
  if (device === undefined) throw new Error(`There is no sample device of ${carrier.integration}`);

  test.for(casesOf(carrier, device))('$name is refused with its text, nothing is sent', async (refused, context) => {
    const { sandbox, run } = await open(context, device, refused);

    const planned = await run(['--dry-run']);
    const written = sandbox.query('SELECT id FROM DeviceBulkChange');
    const ran = await run();

    expect([planned.code, written], planned.stderr).toEqual([3, []]);
    expect(ran.code, ran.stderr).toBe(5);
    for (const { rows } of [planned, ran]) {
      expect([...rows.values()]).toEqual([
        expect.objectContaining({
          status: 'REJECTED',
          message: refused.message,
          error: expect.objectContaining({ code: refused.code, class: 'input' }),
        }),
      ]);
    }
    expect(sandbox.carriers.ledger.summary().calls).toBe(0);
    expect(
      sandbox.query(`SELECT LogEntryDescription AS text, ErrorText AS error, ResponseStatus AS status FROM DeviceBulkChangeLog`),
    ).toEqual([{ text: 'Carrier Rate Plan Change: Pre-flight Check', error: refused.message, status: 'ERROR' }]);
    const { change } = PORTAL_TABLES[carrier.portal];
    expect(sandbox.query(`SELECT Status AS status, StatusDetails AS details FROM ${change}`)).toEqual([
      { status: 'ERROR', details: refused.message },
    ]);
  });

  test('the last day that it takes is planned', async (context) => {
    const { run } = await open(context, device, { date: lastDay(carrier) });

    const planned = await run(['--dry-run']);

    expect([planned.code, [...planned.rows.values()].map(({ status }) => status)], planned.stderr).toEqual([0, ['PLANNED']]);
  });
});

/** A sandbox, and the change of one device in it. */
async function open(
  { onTestFinished }: TestContext,
  { iccid, number, plan }: MixedDevice,
  { sql, ...own }: Pick<Case, 'sql' | 'iccid' | 'plan' | 'date' | 'commPlan'>,
) {
  const sandbox = await sandboxHere(sample.path);
  onTestFinished(() => sandbox.remove());
  if (sql !== undefined) {
    const db = new DatabaseSync(sandbox.database, { timeout: 5000 });
    db.exec(sql);
    db.close();
  }
  // By ICCID also where it is a Mobility device: its number may be what is missing.
  const key = own.iccid === undefined && number !== null && sql === undefined ? `,${number}` : `${own.iccid ?? iccid},`;
  const file = sandbox.list(
    `iccid,phone number,plan,effective date,comm plan\n${key},${own.plan ?? plan},${own.date ?? ''},${own.commPlan ?? ''}\n`,
  );
  return { sandbox, run: (more: readonly string[] = []) => sandbox.run(['change-rate-plan', '--file', file, ...more]) };
}

function casesOf(carrier: Carrier, device: MixedDevice): readonly Case[] {
  const { portal } = carrier;
  const another = carrier.integration === 'Pond' ? 'IOT-1GB' : 'POND-5GB';
  const noPlan = (plan: string) => ({ plan, code: 'RATE_PLAN_NOT_FOUND', message: `Rate plan '${plan}' does not exist` });
  return [
    { name: 'a plan that does not exist', ...noPlan('NO-SUCH-PLAN') },
    { name: 'a plan of another carrier', ...noPlan(another) },
    {
      name: 'a retired plan',
      sql: `UPDATE JasperCarrierRatePlan SET IsRetired = 1 WHERE RatePlanCode = '${device.plan}'`,
      ...noPlan(device.plan),
    },
    {
      name: 'an archived device',
      sql: `UPDATE ${PORTAL_TABLES[portal].device} SET IsActive = 0 WHERE ICCID = '${device.iccid}'`,
      code: 'DEVICE_ARCHIVED',
      message: `${portal} Device is archived`,
    },
    ...dateCases(carrier),
    ...commPlanCases(carrier),
    ...carrier.needs.flatMap((need) => NEEDS[need](device)),
  ];
}

/** A device or plan without what a carrier needs. */
const NEEDS: Readonly<Record<CarrierNeed, (device: MixedDevice) => Case | readonly Case[]>> = {
  'package-type': ({ plan }) => ({
    name: 'a plan without a package type',
    sql: `UPDATE JasperCarrierRatePlan SET JasperRatePlanId = NULL WHERE RatePlanCode = '${plan}'`,
    code: 'PLAN_WITHOUT_PACKAGE_TYPE',
    message: `Rate plan '${plan}' has no POND package type`,
  }),
  'plan-uuid': ({ plan }) => [
    {
      name: 'a plan with a blank PlanUuid',
      sql: `UPDATE JasperCarrierRatePlan SET PlanUuid = '  ' WHERE RatePlanCode = '${plan}'`,
      code: 'PLAN_WITHOUT_UUID',
      message: `Rate plan '${plan}' has no plan UUID`,
    },
    {
      name: 'a plan with a PlanUuid of 31 digits',
      sql: `UPDATE JasperCarrierRatePlan SET PlanUuid = SUBSTR(PlanUuid, 2) WHERE RatePlanCode = '${plan}'`,
      code: 'PLAN_UUID_NOT_32_DIGITS',
      message: `The plan UUID of rate plan '${plan}' must have 32 hexadecimal digits`,
    },
  ],
  eid: ({ iccid }) => ({
    name: 'a device with a blank EID',
    sql: `UPDATE Device SET EID = ' ' WHERE ICCID = '${iccid}'`,
    code: 'DEVICE_WITHOUT_EID',
    message: `Device ${iccid} must have an EID`,
  }),
  'phone-number': ({ iccid }) => ({
    name: 'a device without a phone number',
    sql: `UPDATE MobilityDevice SET MSISDN = NULL WHERE ICCID = '${iccid}'`,
    code: 'DEVICE_WITHOUT_NUMBER',
    message: `Device ${iccid} has no phone number`,
  }),
  'phone-number-10': ({ iccid }) => ({
    name: 'a device with a phone number of nine digits',
    sql: `UPDATE MobilityDevice SET MSISDN = '205555230' WHERE ICCID = '${iccid}'`,
    code: 'DEVICE_WITHOUT_NUMBER',
    message: `Device ${iccid} has no phone number`,
  }),
  'iccid-19': ({ iccid }) => ({
    name: 'an ICCID of 18 digits',
    sql: `UPDATE Device SET ICCID = '${iccid.slice(0, 18)}' WHERE ICCID = '${iccid}'`,
    iccid: iccid.slice(0, 18),
    code: 'ICCID_NOT_19_DIGITS',
    message: `ICCID ${iccid.slice(0, 18)} must have 19 digits for POND`,
  }),
  'not-suspended': ({ iccid }) => ({
    name: 'a suspended device',
    sql: `UPDATE Device SET Status = 'SUSPENDED', DeviceStatusId = (SELECT id FROM DeviceStatus WHERE Status LIKE 'suspend%' AND IntegrationId = 2) WHERE ICCID = '${iccid}'`,
    code: 'DEVICE_SUSPENDED',
    message: `Device ${iccid} is suspended`,
  }),
};

function commPlanCases({ commPlan, name }: Carrier): readonly Case[] {
  if (commPlan !== null) return [];
  const message = `Communication plan is not supported by ${name}`;
  return [{ name: 'a communication plan', commPlan: 'CP_X', code: 'COMM_PLAN_NOT_SUPPORTED', message }];
}

function dateCases({ effectiveDate, name }: Carrier): readonly Case[] {
  switch (effectiveDate.kind) {
    case 'none': {
      const code = 'EFFECTIVE_DATE_NOT_SUPPORTED';
      return [{ name: 'a later date', date: dayFromToday(2), code, message: `Effective date is not supported by ${name}` }];
    }
    case 'days': {
      // Two days more: the test may run over midnight.
      const date = dayFromToday(effectiveDate.max + 2);
      const message = `Effective date ${date} is beyond ${effectiveDate.max} days`;
      return [{ name: 'a date too far ahead', date, code: 'EFFECTIVE_DATE_TOO_FAR', message }];
    }
    case 'any':
      return [];
    default:
      return effectiveDate satisfies never;
  }
}

function lastDay({ effectiveDate }: Carrier): string {
  switch (effectiveDate.kind) {
    case 'none':
      return dayFromToday(0);
    case 'days':
      return dayFromToday(effectiveDate.max);
    case 'any':
      return '2999-12-31';
    default:
      return effectiveDate satisfies never;
  }
}

function dayFromToday(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}
