import { afterAll, beforeAll, expect, test } from 'vitest';

import { killProbe } from '../../src/probe/kill-probe.ts';
import { pondIccid, runCli } from '../end-to-end/cli.ts';
import { sampleDatabase, sandboxHere, type SandboxHere } from '../end-to-end/in-process.ts';

let sample: Awaited<ReturnType<typeof sampleDatabase>>;
let sandbox: SandboxHere;

beforeAll(async () => {
  sample = await sampleDatabase();
  sandbox = await sandboxHere(sample.path);
});

afterAll(async () => {
  await sandbox.remove();
  sample.remove();
});

const change = (n: number, environment: string, at: string) =>
  runCli(['change-rate-plan', '--plan', 'POND-5GB', '--yes', '--file', sandbox.list(`iccid\n${pondIccid(n)}\n`)], {
    env: { ...sandbox.environment, POND_BULK_ENVIRONMENT: environment, POND_BULK_KILL_AT: at },
  });

test('where paying devices are an armed point does nothing; in a sandbox it kills', async () => {
  const production = await change(1, 'production', 'before send:1');
  const inSandbox = await change(2, 'sandbox', 'before send:1');

  expect([production.code, production.signal], production.stderr).toEqual([0, null]);
  expect([inSandbox.code, inSandbox.signal], inSandbox.stderr).toEqual([null, 'SIGKILL']);
});

test('a point that does not exist is refused in a sandbox, and nothing elsewhere', async () => {
  const inSandbox = await change(3, 'sandbox', 'before lunch:1');
  const production = await change(3, 'production', 'before lunch:1');

  expect([inSandbox.code, inSandbox.stderr]).toEqual([2, expect.stringContaining('POND_BULK_KILL_AT names no point: before lunch')]);
  expect(production.code, production.stderr).toBe(0);
});

test('without the variable there are no points', () => {
  expect([killProbe(undefined), killProbe('')]).toEqual([null, null]);
});
