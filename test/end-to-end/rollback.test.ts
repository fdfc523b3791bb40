import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { sandboxFolder } from '../../src/sandbox/sandbox-folder.ts';
import { pondIccid, testSandbox, type TestSandbox } from './cli.ts';

let sandbox: TestSandbox;

beforeEach(async () => {
  sandbox = await testSandbox();
});

afterEach(() => sandbox.remove());

const list = (...devices: readonly number[]) => sandbox.list('list.csv', `iccid\n${devices.map(pondIccid).join('\n')}\n`);

const statuses = (stdout: string) => {
  const [header = [], ...rows] = stdout
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));
  return rows.map((cells) => cells[header.indexOf('status')]);
};

function sql(text: string): void {
  const db = new DatabaseSync(sandboxFolder(join(sandbox.dir, 'sandbox')).database, { timeout: 5000 });
  db.exec(text);
  db.close();
}

/** The plan of each device in the database, and its active packages at POND. */
async function plans(...devices: readonly number[]): Promise<readonly (readonly [unknown, readonly number[]])[]> {
  const { pond } = (await sandbox.client.state()) as { pond: { packages: { simIccid: string; packageTypeId: number; status: string }[] } };
  return devices.map((device) => {
    const iccid = pondIccid(device);
    const [row] = sandbox.query<{ RatePlan: string }>(`SELECT RatePlan FROM Device WHERE ICCID = '${iccid}'`);
    const active = pond.packages.filter(({ simIccid, status }) => simIccid === iccid.slice(0, 19) && status === 'ACTIVE');
    return [row?.RatePlan, active.map(({ packageTypeId }) => packageTypeId)];
  });
}

describe('P7: rollback restores or refuses, never guesses', () => {
  test('devices get their plans back, at the carrier and in the database; what somebody changed since is left alone', async () => {
    await sandbox.runHere(['change-rate-plan', '--file', list(1, 2, 3, 51), '--plan', 'POND-5GB', '--yes']);
    sql(`UPDATE Device SET RatePlan = 'POND-10GB' WHERE ICCID = '${pondIccid(2)}'`);

    const dry = await sandbox.runHere(['rollback', 'last', '--dry-run', '--output', 'csv']);
    const ran = await sandbox.runHere(['rollback', 'last', '--yes', '--output', 'csv']);
    const runs = sandbox.query('SELECT command, reason FROM pondbulk_run ORDER BY started_at');
    const again = await sandbox.runHere([
      'rollback',
      String(sandbox.query<{ id: string }>('SELECT MIN(id) AS id FROM DeviceBulkChange')[0]?.id),
      '--yes',
      '--output',
      'csv',
    ]);

    expect([dry.code, statuses(dry.stdout)], dry.stderr).toEqual([5, ['PLANNED', 'STALE', 'PLANNED']]);
    expect([ran.code, statuses(ran.stdout)], ran.stderr).toEqual([5, ['APPLIED', 'STALE', 'APPLIED']]);
    expect(await plans(1, 2, 3)).toEqual([
      ['POND-1GB', [101]],
      ['POND-10GB', [105]],
      ['POND-1GB', [101]],
    ]);
    expect(runs).toEqual([
      { command: 'change-rate-plan', reason: null },
      { command: 'change-rate-plan', reason: expect.stringMatching(/^rollback of run 2/) },
    ]);
    expect([again.code, statuses(again.stdout)], again.stderr).toEqual([5, ['STALE', 'STALE', 'STALE']]);
  });

  test('devices get their customers back; what cannot be taken away again is refused', async () => {
    sql(`UPDATE Device_Tenant SET CustomerRatePlanId = 2 WHERE DeviceId = 1`);
    const before = sandbox.query(
      'SELECT AccountNumber, SiteId, CustomerRatePlanId FROM Device_Tenant WHERE DeviceId IN (1, 2) ORDER BY DeviceId',
    );
    const assigned = await sandbox.runHere([
      'assign-customer',
      '--file',
      list(1, 2),
      '--customer',
      '4712',
      '--customer-rate-plan',
      'CRP-SMALL',
      '--yes',
    ]);
    expect(assigned.code, assigned.stderr).toBe(0);

    const ran = await sandbox.runHere(['rollback', 'last', '--yes', '--output', 'csv']);

    expect([ran.code, statuses(ran.stdout)], ran.stderr).toEqual([5, ['APPLIED', 'REJECTED']]);
    expect(ran.stdout).toContain('It had no customer rate plan before');
    expect(
      sandbox.query('SELECT AccountNumber, SiteId, CustomerRatePlanId FROM Device_Tenant WHERE DeviceId IN (1, 2) ORDER BY DeviceId'),
    ).toEqual([before[0], { AccountNumber: '4712', SiteId: 2, CustomerRatePlanId: 1 }]);
  });

  test.each([['with a product', '--product', '501:4.99'], ['without products']])(
    'a row with a service line at Rev.io is refused: lines are not taken back (%s)',
    async (_name, ...product) => {
      const service = ['--create-rev-service', '--service-type', '3', '--rev-provider', '12', ...product];
      const assigned = await sandbox.runHere(['assign-customer', '--file', list(1), '--customer', '4712', ...service, '--yes']);
      expect(assigned.code, assigned.stderr).toBe(0);

      const ran = await sandbox.runHere(['rollback', 'last', '--yes', '--output', 'csv']);

      expect([ran.code, statuses(ran.stdout)], ran.stderr).toEqual([5, ['REJECTED']]);
      expect(ran.stdout).toContain('It has a service line at Rev.io by this run');
    },
  );

  test('a rollback is told as one, whatever its reason: by list, status, explain and its results', async () => {
    await sandbox.runHere(['change-rate-plan', '--file', list(1), '--plan', 'POND-5GB', '--yes']);
    const [first] = sandbox.query<{ id: string }>('SELECT id FROM pondbulk_run');
    const dry = await sandbox.runHere(['rollback', 'last', '--dry-run', '--output', 'json']);
    const ran = await sandbox.runHere(['rollback', 'last', '--yes', '--reason', 'TICKET-4711', '--output', 'json']);
    const resumed = await sandbox.runHere(['resume', 'last', '--yes']);

    const listed = await sandbox.runHere(['list']);
    const status = await sandbox.runHere(['status', 'last']);
    const explained = await sandbox.runHere(['explain', pondIccid(1)]);
    const toggled = await sandbox.runHere(['rollback', 'last', '--dry-run']);

    const text = `rollback of ${first?.id}`;
    // `last` would be the rollback itself by then.
    expect((JSON.parse(dry.stdout) as { next: string }).next).toContain(`pond-bulk rollback ${first?.id}`);
    expect(toggled.stderr).toContain(`is itself a rollback, of ${first?.id}: taking it back makes those changes again`);
    expect([dry, ran].map(({ stdout }) => (JSON.parse(stdout) as { command: string }).command)).toEqual(['rollback', 'rollback']);
    for (const { stdout, stderr } of [resumed, listed, status, explained]) expect(stdout, stderr).toContain(text);
    expect([listed, explained].map(({ stdout }) => stdout.split('change-rate-plan').length - 1)).toEqual([1, 1]);
    expect(explained.stdout).toContain('TICKET-4711');
  });

  test('a run that applied nothing, and one that is not there', async () => {
    await sandbox.runHere(['change-rate-plan', '--file', list(51), '--plan', 'POND-5GB', '--yes']);

    const nothing = await sandbox.runHere(['rollback', 'last', '--yes']);
    const unknown = await sandbox.runHere(['rollback', '99999', '--yes']);

    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('applied nothing')]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('99999')]);
  });
});
