import { afterEach, beforeEach, expect, test } from 'vitest';

import { pondIccid, testSandbox, type TestSandbox } from '../end-to-end/cli.ts';

let sandbox: TestSandbox;

beforeEach(async () => {
  sandbox = await testSandbox();
});

afterEach(async () => {
  await sandbox.remove();
});

/** Devices 1 to 44 are ordinary ones; a line that is refused and one that is a duplicate are mixed in. */
const DEVICES = Array.from({ length: 40 }, (_, index) => pondIccid(index + 1));
const LIST = `iccid,note\n${DEVICES.map((iccid, index) => `${iccid},n${index}`).join('\n')}\n8988303009999999999,unknown\n${DEVICES[0] ?? ''},n0\n`;
const ROWS = DEVICES.length + 2;
const COMMAND = ['change-rate-plan', '--plan', 'POND-5GB', '--results'] as const;

interface Snapshot {
  readonly plans: unknown;
  readonly changes: unknown;
  readonly audit: unknown;
  readonly history: unknown;
  readonly packages: unknown;
  readonly carrier: unknown;
}

/** All that a run leaves behind, without ids and times. */
async function snapshot(): Promise<Snapshot> {
  const { pond } = (await sandbox.client.state()) as { pond: { packages: { simIccid: string; packageTypeId: number; status: string }[] } };
  return {
    plans: sandbox.query('SELECT ICCID, RatePlan, CarrierRatePlanId FROM Device ORDER BY ICCID'),
    changes: sandbox.query('SELECT ICCID, Status, IsProcessed, HasErrors, StatusDetails FROM M2M_DeviceChange ORDER BY ICCID'),
    audit: sandbox.query(
      'SELECT change.ICCID, log.LogEntryDescription, log.ResponseStatus, COUNT(*) AS n FROM DeviceBulkChangeLog AS log JOIN M2M_DeviceChange AS change ON change.id = log.M2MDeviceChangeId GROUP BY 1, 2, 3 ORDER BY 1, 2, 3',
    ),
    history: sandbox.query('SELECT ICCID, PreviousValue, CurrentValue, ChangedField FROM DeviceActionHistory ORDER BY ICCID'),
    packages: sandbox.query('SELECT ICCID, PackageTypeId, Status FROM POND_Package ORDER BY ICCID, PackageTypeId'),
    carrier: pond.packages.map(({ simIccid, packageTypeId, status }) => `${simIccid} ${packageTypeId} ${status}`).toSorted(),
  };
}

async function unbroken(): Promise<Snapshot> {
  const ran = await sandbox.run([...COMMAND, sandbox.dir, '--file', sandbox.list('list.csv', LIST)]);
  expect(ran.code, ran.stderr).toBe(5);
  const found = await snapshot();
  await sandbox.remove();
  sandbox = await testSandbox();
  return found;
}

test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
  'P4: a run that %s stopped somewhere, resumed, ends like an unbroken one',
  async (signal) => {
    const wanted = await unbroken();
    const stopAfter = Math.floor(Math.random() * 150);
    const file = sandbox.list('list.csv', LIST);
    await sandbox.client.latency('pond', 10);

    const stopped = await sandbox.run([...COMMAND, sandbox.dir, '--file', file], {
      env: { POND_CONCURRENCY: '3' },
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (text.includes('Saved as')) setTimeout(() => child.kill(signal), stopAfter);
        });
      },
    });
    const between = await sandbox.run(['status', 'last', '--output', 'csv']);
    const resumed = await sandbox.run(['resume', 'last', '--yes', '--results', sandbox.dir, '--output', 'csv']);

    expect(stopped.signal ?? stopped.code, `stopped after ${stopAfter} ms\n${stopped.stderr}`).toBe(
      { SIGTERM: 143, SIGINT: 130, SIGKILL: 'SIGKILL' }[signal],
    );
    expect(between.stdout.trim().split('\r\n')).toHaveLength(ROWS + 1);
    expect(resumed.code, `stopped after ${stopAfter} ms\n${resumed.stderr}`).toBe(5);
    expect(await snapshot()).toEqual(wanted);
    expect((await sandbox.client.summary()).violations).toEqual([]);
  },
);

test('P3: every input row has exactly one final status, in every output, whatever goes wrong', async () => {
  const kinds = ['400', '404', '500-after', 'reset-after', 'reset-before', '503', 'malformed', '429'];
  const picked = Array.from({ length: 12 }, () => ({
    kind: kinds[Math.floor(Math.random() * kinds.length)] ?? '400',
    device: Math.floor(Math.random() * DEVICES.length),
  }));
  for (const { kind, device } of picked) {
    await sandbox.client.addFault({ service: 'pond', kind, match: { method: 'POST', subject: DEVICES[device]?.slice(0, 19) } });
  }

  const ran = await sandbox.run([...COMMAND, sandbox.dir, '--file', sandbox.list('list.csv', LIST), '--output', 'jsonl']);
  const json = await sandbox.run(['status', 'last', '--output', 'json']);

  const seed = JSON.stringify(picked);
  const events = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; seq: number; line: number; status: string; byStatus: Record<string, number> });
  const results = events.filter(({ type }) => type === 'row.result');
  const { rows, summary } = JSON.parse(json.stdout) as {
    rows: { line: number; status: string }[];
    summary: { byStatus: Record<string, number> };
  };
  expect(
    results.map(({ line }) => line).toSorted((a, b) => a - b),
    seed,
  ).toEqual(Array.from({ length: ROWS }, (_, index) => index + 2));
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)?.byStatus).toEqual(summary.byStatus);
  expect(Object.values(summary.byStatus).reduce((sum, count) => sum + count, 0)).toBe(ROWS);
  expect(new Map(rows.map(({ line, status }) => [line, status]))).toEqual(new Map(results.map(({ line, status }) => [line, status])));
  expect(sandbox.query('SELECT COUNT(*) AS n FROM M2M_DeviceChange')).toEqual([{ n: ROWS - 1 }]);
  expect(
    sandbox.query(
      `SELECT id FROM M2M_DeviceChange AS change WHERE IsProcessed = 1 AND NOT EXISTS (SELECT 1 FROM DeviceBulkChangeLog AS log WHERE log.M2MDeviceChangeId = change.id)`,
    ),
  ).toEqual([]);
  expect(
    sandbox.query(
      `SELECT row_id, step FROM pondbulk_journal WHERE kind = 'answer' AND json_extract(data, '$.ended') = 'done' GROUP BY row_id, step HAVING COUNT(*) > 1`,
    ),
  ).toEqual([]);
});
