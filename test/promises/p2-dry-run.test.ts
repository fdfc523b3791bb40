import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { pondIccid, testSandbox, type TestSandbox } from '../end-to-end/cli.ts';

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await testSandbox();
});

afterAll(async () => {
  await sandbox.remove();
});

const COMMANDS: readonly (readonly string[])[] = [
  ['change-rate-plan', '--plan', 'POND-5GB'],
  ['change-rate-plan', '--plan', 'POND-5GB', '--ask-carrier'],
  [
    'assign-customer',
    '--customer',
    '4712',
    '--create-rev-service',
    '--service-type',
    '3',
    '--rev-provider',
    '12',
    '--product',
    '501',
    '--carrier-rate-plan',
    'POND-10GB',
  ],
];

test.each(COMMANDS)('P2: a dry run writes nothing: %s %s %s %s', async (...command) => {
  const file = sandbox.list('dry.csv', `iccid\n${[1, 2, 3, 51].map(pondIccid).join('\n')}\n`);
  await sandbox.client.readOnly(true);
  const [database, carriers] = [databaseHash(), await carrierState()];

  const ran = await sandbox.run([...command, '--file', file, '--dry-run', '--output', 'json']);

  const { rows, exitCode } = JSON.parse(ran.stdout) as { rows: { status: string }[]; exitCode: number };
  expect([ran.code, exitCode], ran.stderr).toEqual([3, 3]);
  expect(rows.map(({ status }) => status)).toEqual(['PLANNED', 'PLANNED', 'PLANNED', 'REJECTED']);
  expect(databaseHash()).toBe(database);
  expect(await carrierState()).toEqual(carriers);
  expect((await sandbox.client.summary()).violations).toEqual([]);
});

test('P2: a dry run asks no carrier unless it is told to', async () => {
  const file = sandbox.list('quiet.csv', `iccid\n${pondIccid(1)}\n`);
  const before = (await sandbox.client.summary()).calls;

  const quiet = await sandbox.run(['change-rate-plan', '--plan', 'POND-5GB', '--file', file, '--dry-run']);
  const between = (await sandbox.client.summary()).calls;
  const asking = await sandbox.run(['change-rate-plan', '--plan', 'POND-5GB', '--file', file, '--dry-run', '--ask-carrier']);

  expect([quiet.code, asking.code]).toEqual([0, 0]);
  expect(between).toBe(before);
  expect((await sandbox.client.summary()).calls).toBe(before + 1);
});

test('P2: doctor writes nothing', async () => {
  await sandbox.client.readOnly(true);
  const [database, carriers] = [databaseHash(), await carrierState()];

  const ran = await sandbox.run(['doctor']);

  expect(ran.code, ran.stdout).toBe(0);
  expect(databaseHash()).toBe(database);
  expect(await carrierState()).toEqual(carriers);
  expect((await sandbox.client.summary()).violations).toEqual([]);
});

/** What the carriers know; who is logged in at ThingSpace is left out, for a login changes no device. */
async function carrierState(): Promise<unknown> {
  const { thingspace, ...others } = await sandbox.client.state();
  // The simulator's own state.
  const { login: _, ...known } = thingspace as { readonly devices: unknown; readonly login: unknown };
  return { ...others, thingspace: known };
}

/** Of the database with its side files: SQLite may keep empty ones. */
function databaseHash(): string {
  const folder = join(sandbox.dir, 'sandbox');
  const hash = createHash('sha256');
  for (const name of readdirSync(folder)
    .filter((each) => each.startsWith('sandbox.db') && !each.endsWith('-shm'))
    .toSorted()) {
    const content = readFileSync(join(folder, name));
    if (content.length > 0) hash.update(name).update(content);
  }
  return hash.digest('hex');
}
