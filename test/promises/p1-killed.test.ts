import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { controlCenters } from '../carriers/control-center.ts';
import { teal, tealIccid } from '../carriers/teal.ts';
import { telegence } from '../carriers/telegence.ts';
import { thingSpace } from '../carriers/thingspace.ts';
import { pondIccid, testSandbox, type TestSandbox } from '../end-to-end/cli.ts';

// One sandbox for all: each case has a device of its own, so that their side effects are told apart.
let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await testSandbox();
});

afterAll(async () => {
  await sandbox.remove();
});

const AROUND_SAVE = ['before save:1', 'after save:1', 'before commit:1', 'after commit:1'];
const aroundSends = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => ['before intent', 'before send', 'after send'].map((point) => `${point}:${n + 1}`)).flat();

/** Kills the command at the point, then goes on as an operator would: resume, or again when nothing was saved. */
async function killedAndResumed(point: string, iccid: string, args: readonly string[]): Promise<void> {
  const killed = await sandbox.run(args, { env: { POND_BULK_KILL_AT: point } });
  expect(killed.signal, killed.stderr).toBe('SIGKILL');
  const [saved] = sandbox.query<{ id: number }>(`SELECT bulk_change_id AS id FROM pondbulk_change_row WHERE iccid = '${iccid}'`);
  // With nothing of the first: the killed process took all of its memory along.
  const gone = await sandbox.runHere(saved === undefined ? args : ['resume', String(saved.id), '--yes']);
  expect(gone.code, `${gone.stdout}\n${gone.stderr}`).toBe(0);
}

describe('P1: no device is changed twice for one row, whatever dies when: POND plan change', () => {
  test.each([...AROUND_SAVE, ...aroundSends(3)].map((point, index) => [point, index + 1] as const))('killed %s', async (point, n) => {
    const iccid = pondIccid(n);
    const file = sandbox.list(`plan-${n}.csv`, `iccid\n${iccid}\n`);

    await killedAndResumed(point, iccid, ['change-rate-plan', '--file', file, '--plan', 'POND-5GB']);

    const { bySubject, violations } = await sandbox.client.summary();
    expect(bySubject[iccid.slice(0, 19)]).toEqual({ 'added package 105': 1, 'activated package': 1, 'terminated package': 1 });
    expect(violations).toEqual([]);
    expect(
      sandbox.query(`SELECT Status, COUNT(*) AS n FROM M2M_DeviceChange WHERE ICCID = '${iccid}' AND IsProcessed = 1 GROUP BY Status`),
    ).toEqual([{ Status: 'PROCESSED', n: 1 }]);
    expect(auditOf(iccid)).toEqual([
      'Pond add carrier rate plan: API.',
      'Pond update carrier rate plan status: API.',
      'Pond update carrier rate plan status: API.',
      'Pond update carrier rate plan status: Database.',
      'Pond add carrier rate plan: Database.',
      'Device update carrier rate plan: Database.',
    ]);
  });
});

// The other three of the family are the same code.
describe.each([...controlCenters.slice(0, 1), thingSpace, teal, telegence])(
  'P1: no device is changed twice for one row, whatever dies when: $integration',
  ({ devices, plan, changedOnce, audit, subject }) => {
    test.each(aroundSends(1).map((point, index) => [point, devices[index] ?? ''] as const))('killed %s', async (point, iccid) => {
      const file = sandbox.list(`plan-${iccid}.csv`, `iccid\n${iccid}\n`);

      await killedAndResumed(point, iccid, ['change-rate-plan', '--file', file, '--plan', plan]);

      expect((await sandbox.client.summary()).bySubject[subject(iccid)]).toEqual(changedOnce);
      expect(auditOf(iccid)).toEqual(audit);
    });
  },
);

// Its first verdict is ACCEPTED, the second one the end.
describe('P1: no device is changed twice for one row, whatever dies around the verdicts of a change that is accepted first', () => {
  test.each(
    ['before commit:1', 'after commit:1', 'before commit:2', 'after commit:2'].map(
      (point, index) => [point, tealIccid(index + 4)] as const,
    ),
  )('killed %s', async (point, iccid) => {
    const file = sandbox.list(`plan-${iccid}.csv`, `iccid\n${iccid}\n`);

    await killedAndResumed(point, iccid, ['change-rate-plan', '--file', file, '--plan', teal.plan]);

    expect((await sandbox.client.summary()).bySubject[teal.subject(iccid)]).toEqual(teal.changedOnce);
    expect(auditOf(iccid)).toEqual(teal.audit);
  });
});

describe('P1: no device is changed twice for one row, whatever dies when: assignment', () => {
  const options = [
    '--customer',
    '4712',
    '--create-rev-service',
    '--service-type',
    '3',
    '--rev-provider',
    '12',
    '--product',
    '501:4.99',
    '--product',
    '502:1',
    '--customer-rate-plan',
    'CRP-SMALL',
    '--carrier-rate-plan',
    'POND-10GB',
  ];

  test.each([...AROUND_SAVE, ...aroundSends(6)].map((point, index) => [point, index < 15 ? index + 31 : index - 1] as const))(
    'killed %s',
    async (point, n) => {
      const iccid = pondIccid(n);
      const number = `88231${String(n).padStart(8, '0')}`;
      const file = sandbox.list(`customer-${n}.csv`, `iccid\n${iccid}\n`);

      await killedAndResumed(point, iccid, ['assign-customer', '--file', file, ...options]);

      const { bySubject, violations } = await sandbox.client.summary();
      const services = (await sandbox.client.ledger({ service: 'revio', limit: 10_000 })).filter(
        ({ effect, body }) => effect !== undefined && JSON.stringify(body).includes(number),
      );
      expect(bySubject[number]).toEqual({ 'service created': 1 });
      expect(services).toHaveLength(1);
      expect(
        sandbox.query(
          `SELECT COUNT(*) AS n FROM RevServiceProduct WHERE ServiceId = (SELECT RevServiceId FROM RevService WHERE Number = '${number}' AND RevServiceId > 100000)`,
        ),
      ).toEqual([{ n: 2 }]);
      expect(bySubject[iccid.slice(0, 19)]).toMatchObject({ 'added package 110': 1 });
      expect(violations).toEqual([]);
      expect(auditOf(iccid).filter((text) => text === 'AMOP Customer Assignment')).toHaveLength(1);
      expect(
        sandbox.query(
          `SELECT AccountNumber, CustomerRatePlanId FROM Device_Tenant JOIN Device ON Device.id = DeviceId WHERE ICCID = '${iccid}'`,
        ),
      ).toEqual([{ AccountNumber: '4712', CustomerRatePlanId: 1 }]);
    },
  );
});

function auditOf(iccid: string): readonly string[] {
  return sandbox
    .query<{ text: string }>(
      `
      SELECT log.LogEntryDescription AS text FROM DeviceBulkChangeLog AS log
      LEFT JOIN M2M_DeviceChange AS change ON change.id = log.M2MDeviceChangeId
      LEFT JOIN Mobility_DeviceChange AS mobile ON mobile.id = log.MobilityDeviceChangeId
      WHERE COALESCE(change.ICCID, mobile.ICCID) = '${iccid}' ORDER BY log.id`,
    )
    .map(({ text }) => text);
}
