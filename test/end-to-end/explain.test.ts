import { afterAll, beforeAll, expect, test } from 'vitest';

import { pondIccid, testSandbox, type TestSandbox } from './cli.ts';

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await testSandbox();
});

afterAll(() => sandbox.remove());

test('the life of a device: every change, step, carrier answer and audit row, in their order', async () => {
  const list = sandbox.list('list.csv', `iccid\n${pondIccid(1)}\n`);
  await sandbox.client.addFault({ service: 'pond', kind: '400', match: { path: 'addPackage' } });
  const change = ['change-rate-plan', '--file', list, '--plan', 'POND-5GB', '--yes', '--reason', 'TICKET-1'];
  const failed = await sandbox.run(change);
  const retried = await sandbox.run(['retry', 'last', '--yes']);
  const assigned = await sandbox.run(['assign-customer', '--file', list, '--customer', '4712', '--yes']);
  expect([failed.code, retried.code, assigned.code], failed.stderr + retried.stderr + assigned.stderr).toEqual([5, 0, 0]);

  const text = await sandbox.run(['explain', ` ${pondIccid(1).slice(0, 4)} ${pondIccid(1).slice(4)}`]);
  const json = await sandbox.run(['explain', pondIccid(1), '--output', 'json']);

  const chapters = JSON.parse(json.stdout) as readonly {
    readonly command: string;
    readonly reason: string | null;
    readonly status: string;
    readonly attempts: number;
    readonly steps: readonly { readonly step: string; readonly what: string; readonly attempt: number }[];
    readonly audit: readonly { readonly description: string; readonly hasErrors: boolean }[];
  }[];
  expect(chapters.map(({ command, reason, status, attempts }) => [command, reason, status, attempts])).toEqual([
    ['change-rate-plan', 'TICKET-1', 'APPLIED', 2],
    ['assign-customer', null, 'APPLIED', 1],
  ]);
  const steps = chapters[0]?.steps.map(({ step, what, attempt }) => `${attempt} ${step}: ${what}`) ?? [];
  expect(steps).toEqual(
    expect.arrayContaining(['1 add package: sent', '1 add package: refused', '2 add package: sent', '2 add package: done']),
  );
  expect(chapters[0]?.audit.map(({ hasErrors }) => hasErrors)).toEqual([true, ...Array.from({ length: 6 }, () => false)]);
  for (const part of [
    'change-rate-plan',
    'POND-1GB -> POND-5GB',
    'attempt 2 add package: done',
    'audit ERROR: Pond add carrier rate plan: API.',
    'customer 4711 -> 4712',
  ])
    expect(text.stdout).toContain(part);
});

test('a device that no run has touched', async () => {
  const ran = await sandbox.run(['explain', pondIccid(9)]);

  expect([ran.code, ran.stdout, ran.stderr]).toEqual([2, '', expect.stringContaining(`No run has touched ${pondIccid(9)}`)]);
});
