import { DatabaseSync } from 'node:sqlite';
import { expect, test, type TestContext } from 'vitest';

import { pondIccid } from './cli.ts';
import { sandboxes } from './sandboxes.ts';

const ENV = { POND_RATE: '1000', SETTLE_SECONDS: '1', RETRY_MAX_COUNT: '1' };
const [HELD, FREE] = [pondIccid(1), pondIccid(2)];

const newSandbox = sandboxes();

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  return {
    ...sandbox,
    change: (iccids: readonly string[], args: readonly string[] = []) =>
      sandbox.run(['change-rate-plan', '--plan', 'POND-5GB', '--file', sandbox.list(`iccid\n${iccids.join('\n')}\n`), ...args], {
        env: ENV,
      }),
    retry: (id: string) => sandbox.run(['retry', id], { env: ENV }),
    resume: (id: string) => sandbox.run(['resume', id], { env: ENV }),
    /** A bulk change of the portal with one row, as it is now. */
    portal: (row: {
      readonly status: string;
      readonly processed?: number;
      readonly bulkChange?: string;
      readonly active?: number;
      readonly byIccid?: boolean;
    }) => {
      const db = new DatabaseSync(sandbox.database);
      db.exec(`INSERT INTO DeviceBulkChange (id, TenantId, ServiceProviderId, ChangeRequestTypeId, Status, IsActive, IsDeleted)
          VALUES (900, 1, 1, 7, '${row.bulkChange ?? 'PROCESSING'}', ${row.active ?? 1}, 0);
        INSERT INTO M2M_DeviceChange (BulkChangeId, ICCID, DeviceId, IsProcessed, HasErrors, Status, IsActive, IsDeleted)
          SELECT 900, ICCID, ${row.byIccid === true ? 'NULL' : 'id'}, ${row.processed ?? 0}, 0, '${row.status}', 1, 0 FROM Device WHERE ICCID = '${HELD}'`);
      db.close();
    },
    changesOf: (iccid: string) =>
      sandbox.query(
        `SELECT Status, IsProcessed, HasErrors, StatusDetails FROM M2M_DeviceChange WHERE ICCID = '${iccid}' AND BulkChangeId <> 900`,
      ),
  };
}

const TEXT = 'Device is held by bulk change 900, which is not done with it';

test.for([{ status: 'NEW', bulkChange: 'NEW' }, { status: 'PROCESSING' }, { status: 'PENDING' }, { status: 'NEW', byIccid: true }])(
  'a device with an open row of the portal (%j) is STALE and left alone; the others are done',
  async (row, context) => {
    const { portal, change, changesOf, carriers, query } = await open(context);
    portal(row);

    const ran = await change([HELD, FREE]);

    expect([ran.code, ran.rows.get(HELD)?.status, ran.rows.get(FREE)?.status], ran.stderr).toEqual([5, 'STALE', 'APPLIED']);
    expect(ran.rows.get(HELD)).toMatchObject({
      message: TEXT,
      error: { code: 'DEVICE_HELD', hint: expect.stringContaining('resume 900') },
    });
    expect(changesOf(HELD)).toEqual([{ Status: 'ERROR', IsProcessed: 1, HasErrors: 1, StatusDetails: TEXT }]);
    expect(carriers.ledger.summary().bySubject[HELD.slice(0, 19)]).toBeUndefined();
    expect(query(`SELECT ResponseText FROM DeviceBulkChangeLog WHERE RequestText = '${HELD}'`)).toEqual([{ ResponseText: TEXT }]);
  },
);

test.for([
  { status: 'PROCESSED', processed: 1, bulkChange: 'PROCESSED' },
  { status: 'PROCESSED', processed: 1 },
  { status: 'ERROR', processed: 1 },
  { status: 'API_FAILED', processed: 0 },
  { status: 'NEW', bulkChange: 'ERROR' },
  { status: 'NEW', active: 0 },
])('a row that is done with, or of a bulk change that is, holds nothing: %j', async (row, context) => {
  const { portal, change } = await open(context);
  portal(row);

  const ran = await change([HELD]);

  expect([ran.code, ran.rows.get(HELD)?.status], ran.stderr).toEqual([0, 'APPLIED']);
});

test('a dry run says so too, --strict refuses the list, and a row that is refused anyway has its own reason', async (context) => {
  const { portal, change, query } = await open(context);
  portal({ status: 'NEW' });

  const dry = await change([HELD, FREE], ['--dry-run']);
  const strict = await change([HELD, FREE], ['--strict']);
  const refused = await change([HELD], ['--effective-date', '2099-01-01']);

  expect([dry.rows.get(HELD)?.status, dry.rows.get(FREE)?.status], dry.stderr).toEqual(['STALE', 'PLANNED']);
  expect(strict.code).toBe(3);
  expect(refused.rows.get(HELD)).toMatchObject({ status: 'REJECTED', error: { code: 'EFFECTIVE_DATE_NOT_SUPPORTED' } });
  expect(query(`SELECT COUNT(*) AS n FROM M2M_DeviceChange WHERE BulkChangeId <> 900`)).toEqual([{ n: 1 }]);
});

test('a run of ours that was stopped holds its devices until it is resumed', async (context) => {
  const { change, resume, query } = await open(context);
  const stopped = await change([HELD, FREE], ['--waves', '1', '--hold']);
  const [mine] = query<{ id: number }>('SELECT id FROM DeviceBulkChange');

  const second = await change([HELD, FREE]);
  const resumed = await resume(String(mine?.id));
  const third = await change([HELD, FREE]);

  expect([stopped.code, second.code, resumed.code, third.code], resumed.stderr).toEqual([6, 5, 0, 0]);
  const stale = [HELD, FREE].filter((iccid) => second.rows.get(iccid)?.status === 'STALE');
  expect(stale).toHaveLength(1);
  expect(second.rows.get(stale[0] ?? '')?.message).toContain(`bulk change ${mine?.id},`);
});

test('of two runs that begin at once, each device is changed by one, and STALE for the other', async (context) => {
  const { run, list, carriers } = await open(context);
  const iccids = Array.from({ length: 30 }, (_, index) => pondIccid(index + 1));
  const file = list(`iccid\n${iccids.join('\n')}\n`);
  const command = ['change-rate-plan', '--plan', 'POND-5GB', '--file', file];

  const both = await Promise.all([run(command, { env: ENV }), run(command, { env: ENV })]);

  const told = both.map(({ stderr }) => stderr).join('\n');
  for (const iccid of iccids) {
    const statuses = both.map(({ rows }) => rows.get(iccid)?.status);
    expect(statuses.filter((status) => status === 'APPLIED' || status === 'NOOP').length, told).toBeGreaterThanOrEqual(1);
    expect(Object.values(carriers.ledger.summary().bySubject[iccid.slice(0, 19)] ?? {}), told).toEqual([1, 1, 1]);
  }
});

test('retry leaves a device alone that another bulk change took after it had failed', async (context) => {
  const { change, retry, addFault, carriers, portal, database } = await open(context);
  addFault({ service: 'pond', kind: '400', match: { method: 'POST' }, times: 100 });
  const failed = await change([HELD, FREE]);
  carriers.faults.clear();
  portal({ status: 'NEW' });

  const retried = await retry('last');
  const exec = new DatabaseSync(database);
  exec.exec(`UPDATE M2M_DeviceChange SET IsProcessed = 1, Status = 'PROCESSED' WHERE BulkChangeId = 900`);
  exec.close();
  const again = await retry('last');

  expect([failed.code, retried.code, again.code], retried.stderr).toEqual([5, 5, 0]);
  expect([retried.rows.get(HELD)?.status, retried.rows.get(FREE)?.status]).toEqual(['FAILED', 'APPLIED']);
  expect(retried.stderr).toMatch(/Bulk change \d+: 1 row is left alone: other bulk changes hold the devices by now/);
  expect(again.rows.get(HELD)?.status).toBe('APPLIED');
});
