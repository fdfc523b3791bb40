import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { pondIccid, testSandbox, type TestSandbox } from '../end-to-end/cli.ts';

let sandbox: TestSandbox;
let nextDevice = 1;

beforeAll(async () => {
  sandbox = await testSandbox();
});

afterAll(async () => {
  await sandbox.remove();
});

beforeEach(async () => {
  await sandbox.client.clearFaults();
});

const TIMEOUT = { POND_TIMEOUT_SECONDS: '1' };

/** Changes one device's plan while a fault strikes a call of it. */
async function changeUnder(fault: { readonly kind: string; readonly path: string; readonly seconds?: number }) {
  const iccid = pondIccid(nextDevice++);
  const file = sandbox.list(`fault-${iccid}.csv`, `iccid\n${iccid}\n`);
  const { path, ...rest } = fault;
  await sandbox.client.addFault({ service: 'pond', match: { path, subject: iccid.slice(0, 19) }, ...rest });
  const ran = await sandbox.runHere(['change-rate-plan', '--plan', 'POND-5GB', '--file', file, '--output', 'json'], { env: TIMEOUT });
  const { rows } = JSON.parse(ran.stdout) as { rows: { status: string; message: string; error: { code: string } | null }[] };
  const { bySubject, violations } = await sandbox.client.summary();
  return { code: ran.code, row: rows[0], effects: bySubject[iccid.slice(0, 19)], violations, iccid };
}

const ONCE = { 'added package 105': 1, 'activated package': 1, 'terminated package': 1 };

// What strikes the first call of a change is alike for all carriers: test/carriers/conformance.test.ts. Here are POND's further calls.
describe('P8: faults are survived, and what happened happened once', () => {
  test.each(['reset-before', 'reset-after', 'timeout-after', 'late-effect', '500-after', 'malformed', 'malformed-before'])(
    '%s while the new package is activated',
    async (kind) => {
      const { code, row, effects, violations } = await changeUnder({ kind, path: '/status', seconds: 1.5 });

      expect([code, row?.status], row?.message).toEqual([0, 'APPLIED']);
      expect(effects).toEqual(ONCE);
      expect(violations).toEqual([]);
    },
  );

  test('a new package that does not become active is taken back, and the old one stays', async () => {
    const { code, row, effects, violations } = await changeUnder({ kind: '400', path: '/status' });

    expect([code, row?.status]).toEqual([5, 'COMPENSATED']);
    expect(row?.message).toContain('New package activation failed; new package terminated');
    expect(effects).toEqual({ 'added package 105': 1, 'terminated package': 1 });
    expect(violations).toEqual([]);
  });

  test('retry does only what is left', async () => {
    const { iccid, code } = await changeUnder({ kind: '400', path: '/status' });
    expect(code).toBe(5);

    const retried = await sandbox.runHere(['retry', 'last', '--yes']);

    expect(retried.code, retried.stdout).toBe(0);
    expect((await sandbox.client.summary()).bySubject[iccid.slice(0, 19)]).toEqual({
      'added package 105': 2,
      'activated package': 1,
      'terminated package': 2,
    });
  });
});
