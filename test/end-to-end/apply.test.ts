import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { sandboxFolder } from '../../src/sandbox/sandbox-folder.ts';
import { pondIccid, testSandbox, type TestSandbox } from './cli.ts';
import { sampleDatabase, sandboxHere, type RanHere } from './in-process.ts';

let sandbox: TestSandbox;
let plan: string;

beforeEach(async () => {
  sandbox = await testSandbox();
  plan = join(sandbox.dir, 'monday.plan');
});

afterEach(() => sandbox.remove());

/** Plans POND-5GB for these devices, an unknown one and a duplicate. */
async function planned(devices: number): Promise<void> {
  const iccids = Array.from({ length: devices }, (_, index) => pondIccid(index + 1));
  const list = sandbox.list(
    'list.csv',
    `iccid,note\n${iccids.map((iccid) => `${iccid},n\n`).join('')}8988303009999999999,unknown\n${iccids[0] ?? ''},n\n`,
  );
  const ran = await sandbox.runHere(['change-rate-plan', '--file', list, '--plan', 'POND-5GB', '--dry-run', '--out', plan]);
  expect(ran.code, ran.stderr).toBe(3);
  expect(ran.stdout).toContain(`Wrote ${plan}`);
  expect(ran.stdout).toContain(`Next: pond-bulk apply ${plan}`);
}

const statuses = (stdout: string) =>
  stdout
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(',')[2]);

/** Somebody else's change. */
function moveDevice(n: number): void {
  const db = new DatabaseSync(sandboxFolder(join(sandbox.dir, 'sandbox')).database, { timeout: 5000 });
  db.prepare("UPDATE Device SET RatePlan = 'POND-10GB' WHERE ICCID = ?").run(pondIccid(n));
  db.close();
}

test('a plan is done exactly as it was saved, once', async () => {
  await planned(3);

  const dry = await sandbox.run(['apply', plan, '--dry-run', '--output', 'csv']);
  const ran = await sandbox.run(['apply', plan, '--yes', '--output', 'csv']);
  const again = await sandbox.run(['apply', plan, '--yes']);

  expect(statSync(plan).mode & 0o777).toBe(0o600);
  expect([dry.code, statuses(dry.stdout)], dry.stderr).toEqual([3, ['PLANNED', 'PLANNED', 'PLANNED', 'REJECTED', 'SKIPPED']]);
  expect([ran.code, statuses(ran.stdout)], ran.stderr).toEqual([5, ['APPLIED', 'APPLIED', 'APPLIED', 'REJECTED', 'SKIPPED']]);
  expect([again.code, again.stderr]).toEqual([8, expect.stringContaining('was applied already')]);
  expect((await sandbox.client.summary()).effects).toMatchObject({ 'added package 105': 3 });
});

test('of two that apply a plan at once, the second to save it is told that it was applied already, and nothing of it is left', async ({
  onTestFinished,
}) => {
  const sample = await sampleDatabase();
  const here = await sandboxHere(sample.path);
  onTestFinished(async () => {
    await here.remove();
    sample.remove();
  });
  const env = { POND_RATE: '1000', SETTLE_SECONDS: '1' };
  const list = here.list(`iccid\n${pondIccid(1)}\n`);
  await here.run(['change-rate-plan', '--file', list, '--plan', 'POND-5GB', '--dry-run', '--out', plan], { env, yes: false });
  const first: RanHere[] = [];
  let hasBegun = false;

  const second = await here.run(['apply', plan], {
    env,
    probe: async (moment) => {
      if (hasBegun || !moment.some(({ name }) => name === 'before save')) return;
      hasBegun = true;
      first.push(await here.run(['apply', plan], { env }));
    },
  });

  expect(first.map(({ code }) => code)).toEqual([0]);
  const [run] = here.query<{ id: string }>('SELECT id FROM pondbulk_run');
  expect([second.code, second.stderr]).toEqual([
    8,
    expect.stringContaining(`The plan was applied already: pond-bulk status ${run?.id} shows it`),
  ]);
  expect(second.stderr).not.toContain('    at ');
  expect(here.query('SELECT COUNT(*) AS n FROM DeviceBulkChange')).toEqual([{ n: 1 }]);
  expect(here.carriers.ledger.summary().effects).toMatchObject({ 'added package 105': 1 });
});

test('a device that changed since is STALE and left alone, and the others are done', async () => {
  await planned(12);
  moveDevice(2);

  const ran = await sandbox.run(['apply', plan, '--yes', '--output', 'csv']);

  expect(ran.code, ran.stderr).toBe(5);
  expect(statuses(ran.stdout).slice(0, 4)).toEqual(['APPLIED', 'STALE', 'APPLIED', 'APPLIED']);
  expect(ran.stdout).toContain('plan was POND-1GB, is POND-10GB');
  expect((await sandbox.client.summary()).effects).toMatchObject({ 'added package 105': 11 });
  expect(sandbox.query(`SELECT Status, HasErrors FROM M2M_DeviceChange WHERE ICCID = '${pondIccid(2)}'`)).toEqual([
    { Status: 'ERROR', HasErrors: 1 },
  ]);
  expect(
    sandbox.query(
      'SELECT COUNT(*) AS n FROM DeviceBulkChangeLog AS log JOIN M2M_DeviceChange AS change ON change.id = log.M2MDeviceChangeId WHERE change.HasErrors = 1',
    ),
  ).toEqual([{ n: 2 }]);
});

test.each([
  ['more than a tenth of its devices changed', () => moveDevice(1), [], 'more than 10 %'],
  ['it is older than --max-age', () => undefined, ['--max-age', '0.000001'], '--max-age'],
  [
    'somebody edited it',
    () => writeFileSync(plan, readFileSync(plan, 'utf8').replace('POND-5GB', 'POND-10GB')),
    [],
    'not a whole, unchanged plan',
  ],
  ['it is cut off', () => writeFileSync(plan, readFileSync(plan, 'utf8').slice(0, -100)), [], 'not a whole, unchanged plan'],
  ['it is something else', () => writeFileSync(plan, 'iccid\n1\n'), [], 'not a whole, unchanged plan'],
  ['it is empty', () => writeFileSync(plan, ''), [], 'not a whole, unchanged plan'],
])('refused when %s, and nothing is written or sent', async (_when, happen, options, says) => {
  await planned(3);
  happen();

  const ran = await sandbox.runHere(['apply', plan, '--yes', ...options]);

  expect([ran.code, ran.stdout, ran.stderr]).toEqual([8, '', expect.stringContaining(says)]);
  expect(sandbox.query('SELECT COUNT(*) AS n FROM DeviceBulkChange')).toEqual([{ n: 0 }]);
  expect((await sandbox.client.summary()).calls).toBe(0);
});

test('a plan of another database is refused', async () => {
  await planned(1);
  const other = await testSandbox();

  const ran = await other.runHere(['apply', plan, '--yes']);
  await other.remove();

  expect([ran.code, ran.stderr]).toEqual([8, expect.stringContaining('was made on')]);
});

test.each([
  ['--out without --dry-run', ['change-rate-plan', '--plan', 'POND-5GB', '--out', 'x.plan'], 'add --dry-run'],
  ['a folder that is not there', ['change-rate-plan', '--plan', 'POND-5GB', '--dry-run', '--out', '/nowhere/x.plan'], '/nowhere/x.plan'],
  ['a plan that is not there', ['apply', '/nowhere/x.plan'], '/nowhere/x.plan'],
])('%s is told', async (_what, args, says) => {
  const ran = await sandbox.runHere(args, { input: `iccid\n${pondIccid(1)}\n` });

  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(says)]);
});

test.each([
  ['nowhere.plan', 'there is no such file'],
  ['.', 'it is a folder'],
])('%s is no plan, and the message says why', async (path, reason) => {
  const ran = await sandbox.runHere(['apply', path]);

  expect(ran.code, ran.stderr).toBe(2);
  expect(ran.stderr).toContain(`The plan ${path} cannot be read: ${reason}`);
});
