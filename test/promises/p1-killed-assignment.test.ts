import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { pondIccid, testSandbox, type TestSandbox } from '../end-to-end/cli.ts';
import { AROUND_SAVE, aroundSends, auditOf, killedAndResumed } from './killed.ts';

// One sandbox for all: each case has a device of its own, so that their side effects are told apart.
let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await testSandbox();
});

afterAll(async () => {
  await sandbox.remove();
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

      await killedAndResumed(sandbox, point, iccid, ['assign-customer', '--file', file, ...options]);

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
      expect(auditOf(sandbox, iccid).filter((text) => text === 'AMOP Customer Assignment')).toHaveLength(1);
      expect(
        sandbox.query(
          `SELECT AccountNumber, CustomerRatePlanId FROM Device_Tenant JOIN Device ON Device.id = DeviceId WHERE ICCID = '${iccid}'`,
        ),
      ).toEqual([{ AccountNumber: '4712', CustomerRatePlanId: 1 }]);
    },
  );
});
