import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { controlCenters } from '../carriers/control-center.ts';
import { teal, tealIccid } from '../carriers/teal.ts';
import { telegence } from '../carriers/telegence.ts';
import { thingSpace } from '../carriers/thingspace.ts';
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

describe('P1: no device is changed twice for one row, whatever dies when: POND plan change', () => {
  test.each([...AROUND_SAVE, ...aroundSends(3)].map((point, index) => [point, index + 1] as const))('killed %s', async (point, n) => {
    const iccid = pondIccid(n);
    const file = sandbox.list(`plan-${n}.csv`, `iccid\n${iccid}\n`);

    await killedAndResumed(sandbox, point, iccid, ['change-rate-plan', '--file', file, '--plan', 'POND-5GB']);

    const { bySubject, violations } = await sandbox.client.summary();
    expect(bySubject[iccid.slice(0, 19)]).toEqual({ 'added package 105': 1, 'activated package': 1, 'terminated package': 1 });
    expect(violations).toEqual([]);
    expect(
      sandbox.query(`SELECT Status, COUNT(*) AS n FROM M2M_DeviceChange WHERE ICCID = '${iccid}' AND IsProcessed = 1 GROUP BY Status`),
    ).toEqual([{ Status: 'PROCESSED', n: 1 }]);
    expect(auditOf(sandbox, iccid)).toEqual([
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

      await killedAndResumed(sandbox, point, iccid, ['change-rate-plan', '--file', file, '--plan', plan]);

      expect((await sandbox.client.summary()).bySubject[subject(iccid)]).toEqual(changedOnce);
      expect(auditOf(sandbox, iccid)).toEqual(audit);
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

    await killedAndResumed(sandbox, point, iccid, ['change-rate-plan', '--file', file, '--plan', teal.plan]);

    expect((await sandbox.client.summary()).bySubject[teal.subject(iccid)]).toEqual(teal.changedOnce);
    expect(auditOf(sandbox, iccid)).toEqual(teal.audit);
  });
});
