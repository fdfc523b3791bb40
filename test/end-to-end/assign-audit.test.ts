import { expect, test, type TestContext } from 'vitest';

import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { telegenceIccid } from '../carriers/telegence.ts';
import { pondIccid } from './cli.ts';
import { sandboxes } from './sandboxes.ts';

// What an assignment tells in its audit rows of the database is what it wrote there: the table, and every column of the change.

const newSandbox = sandboxes();

const DEVICE = pondIccid(1);
const JASPER = withCheckDigit('8901170200000000001');

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  return {
    ...sandbox,
    assign: (iccid: string, ...more: readonly string[]) =>
      sandbox.run(['assign-customer', '--file', sandbox.list(`iccid\n${iccid}\n`), ...more]),
    /** Description, request and answer of the rows that tell of the database, in their order. */
    audit: () =>
      sandbox
        .query<{ text: string; request: string; response: string }>(
          'SELECT LogEntryDescription AS text, RequestText AS request, ResponseText AS response FROM DeviceBulkChangeLog ORDER BY id',
        )
        .filter(({ request }) => !/^(GET|POST|PUT|PATCH) /.test(request))
        .map(({ text, request, response }) => [text, request, response]),
  };
}

test('a Rev customer: the association with its account', async (context) => {
  const { assign, audit } = await open(context);

  await assign(DEVICE, '--customer', '4712', '--customer-rate-plan', 'CRP-LARGE');

  expect(audit()).toEqual([
    [
      'AMOP Customer Assignment',
      'Device_Tenant {"DeviceId":1,"TenantId":1,"SiteId":2,"AccountNumber":"4712","AccountNumberIntegrationAuthenticationId":9}',
      'OK',
    ],
    ['AMOP Customer Rate Plan Assignment', 'Device_Tenant {"DeviceId":1,"TenantId":1,"CustomerRatePlanId":2}', 'OK'],
  ]);
});

test('a new service line: the association points to it', async (context) => {
  const { assign, audit, query } = await open(context);

  await assign(DEVICE, '--customer', '4712', '--create-rev-service', '--service-type', '3', '--rev-provider', '12', '--product', '501');

  const [line] = query<{ id: number }>(
    'SELECT service.RevServiceId AS id FROM RevService AS service JOIN Device_Tenant AS tenant ON tenant.RevServiceId = service.id WHERE tenant.DeviceId = 1',
  );
  const told = audit().find(([text]) => text === 'AMOP Customer Assignment');
  expect(told?.[1]).toContain(`"RevServiceId":{"RevService.RevServiceId":${line?.id}}`);
});

test('a Site: what is cleared is told', async (context) => {
  const { assign, audit } = await open(context);

  await assign(DEVICE, '--site', 'Depot North');

  expect(audit()).toEqual([
    [
      'AssignNonRevCustomer: Update AMOP',
      'Device_Tenant {"DeviceId":1,"TenantId":1,"SiteId":21,"AccountNumber":null,"AccountNumberIntegrationAuthenticationId":null,"RevServiceId":null}',
      'OK',
    ],
  ]);
});

test('a later day: the queue is told, and the device keeps its plan and pool', async (context) => {
  const { assign, audit, query } = await open(context);

  const plans = ['--customer-rate-plan', 'CRP-LARGE', '--customer-rate-pool', 'POOL-EU'];

  await assign(DEVICE, '--customer', '4712', '--effective-date', '2999-01-01', ...plans);

  const queue = 'Device_CustomerRatePlanOrRatePool_Queue';
  expect(audit().slice(1)).toEqual([
    [
      'AMOP Customer Rate Plan Assignment',
      `${queue} {"DeviceId":1,"TenantId":1,"CustomerRatePlanId":2,"EffectiveDate":"2999-01-01"}`,
      'OK',
    ],
    [
      'AMOP Customer Rate Pool Assignment',
      `${queue} {"DeviceId":1,"TenantId":1,"CustomerRatePoolId":1,"EffectiveDate":"2999-01-01"}`,
      'OK',
    ],
  ]);
  expect(query('SELECT CustomerRatePlanId AS plan FROM Device_Tenant WHERE DeviceId = 1')).toEqual([{ plan: null }]);
});

test('a Mobility device: the tables of its portal', async (context) => {
  const { assign, audit } = await open(context);

  await assign(telegenceIccid(1), '--customer', '4712', '--carrier-rate-plan', 'TG-5GB');

  expect(audit().map(([, request]) => request)).toEqual([
    expect.stringMatching(/^MobilityDevice_Tenant \{"MobilityDeviceId":3201,"TenantId":1,"SiteId":2,/),
    expect.stringMatching(/^MobilityDevice \{"id":3201,"RatePlan":"TG-5GB",/),
  ]);
});

test('a carrier plan with a communication plan: both are told', async (context) => {
  const { assign, audit } = await open(context);

  await assign(JASPER, '--customer', '4712', '--carrier-rate-plan', 'IOT-1GB', '--comm-plan', 'CP_Fast');

  expect(audit().find(([text]) => text === 'Update Jasper Rate Plan: AMOP Update')?.[1]).toBe(
    'Device {"id":61,"RatePlan":"IOT-1GB","CarrierRatePlanId":203,"CommunicationPlan":"CP_Fast"}',
  );
});

test.for([
  ['alone', []],
  ['with a carrier plan', ['--carrier-rate-plan', 'POND-1GB']],
] as const)('already so, %s: NOOP, with one pre-flight row', async ([, plan], context) => {
  const { assign, audit } = await open(context);

  const dry = await assign(DEVICE, '--customer', '4711', ...plan, '--dry-run');
  const ran = await assign(DEVICE, '--customer', '4711', ...plan);

  expect([dry.rows.get(DEVICE)?.status, ran.rows.get(DEVICE)], ran.stderr).toEqual([
    'NOOP',
    expect.objectContaining({ status: 'NOOP', message: 'already assigned', error: null }),
  ]);
  expect(audit()).toEqual([['AMOP Customer Assignment: Pre-flight Check', expect.any(String), 'already on plan']]);
});

test('another customer whose carrier plan is already so is APPLIED', async (context) => {
  const { assign } = await open(context);

  const ran = await assign(DEVICE, '--customer', '4712', '--carrier-rate-plan', 'POND-1GB');

  expect(ran.rows.get(DEVICE)).toMatchObject({ status: 'APPLIED', message: 'OK; already on plan' });
});
