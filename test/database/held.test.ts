import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Database } from '../../src/database/database.ts';
import { createFactsStore } from '../../src/database/facts-store.ts';
import { createRunStore } from '../../src/database/run-store.ts';
import { readList } from '../../src/intake/read-list.ts';
import type { Save } from '../../src/run/run-store.ts';
import { engines, type TestDatabase } from './engines.ts';
import { applied, fleet, newRow, resultsOf } from './store-world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PORTAL_TYPES = { M2M: 0, Mobility: 2 };

function saveOf(runId: string, isWhole: boolean, lines: readonly number[]): Save {
  const run = {
    id: runId,
    command: 'change-rate-plan',
    options: {},
    operator: 'sandbox',
    osUser: 'jane',
    host: 'here',
    environment: 'sandbox',
    reason: null,
  };
  return {
    run: { ...run, columns: ['iccid'], warnings: [] },
    holder: { runId, host: 'here', pid: 1 },
    planId: null,
    bulkChanges: [{ tenantId: 1, providerId: 1, portal: 'M2M', changeRequestTypeId: 7, siteId: null, sharedRequest: '{}' }],
    isWhole,
    part: { rows: lines.map((line) => newRow(line)), preflight: 'Pre-flight', quotas: [] },
  };
}

describe.each(engines)('devices that another bulk change holds, on $name', ({ create }) => {
  let made: TestDatabase;
  let db: Database;

  beforeEach(async () => {
    made = await create();
    db = made.db;
    await fleet(db);
  });
  afterEach(() => made.remove());

  const store = () => createRunStore(db, { operator: 'sandbox', now: Date.now, portalTypes: PORTAL_TYPES, integrations: new Map() });
  const statusesOf = async (id: string) => (await resultsOf(store(), id)).map(({ status, message }) => ({ status, message }));
  const held = (id: string) => ({ status: 'STALE', message: `Device is held by bulk change ${id}, which is not done with it` });
  const toDo = { status: 'NOT_STARTED', message: '' };

  test('of two runs that were validated before either was saved, the second one gets what is left', async () => {
    const [first, second] = await Promise.all([store().save(saveOf('a', true, [1, 2])), store().save(saveOf('b', true, [2, 3]))]);

    const [a = '', b = ''] = [first[0]?.id, second[0]?.id];
    const [ofA, ofB] = [await statusesOf(a), await statusesOf(b)];
    expect([ofA, ofB]).toContainEqual([toDo, toDo]);
    expect([ofA, ofB]).toContainEqual(ofA[1]?.status === 'STALE' ? [toDo, held(b)] : [held(a), toDo]);
    expect(
      await db.query(
        `SELECT COUNT(*) AS n FROM M2M_DeviceChange WHERE Status = 'NEW' AND IsProcessed = 0 GROUP BY DeviceId HAVING COUNT(*) > 1`,
      ),
    ).toEqual([]);
    expect(await db.query('SELECT COUNT(*) AS n FROM DeviceBulkChangeLog')).toEqual([{ n: 1 }]);
  });

  test('a run that is still saving holds what it has saved, although nobody sees it yet; one that died and was removed does not', async () => {
    const { part, ...first } = saveOf('a', false, [1, 2]);
    const saved = await store().save({ ...first, part: { ...part, rows: [] } });
    await store().saveMore(first.holder, { runId: 'a', saved, rows: part.rows, preflight: part.preflight, quotas: [] });

    const [second] = await store().save(saveOf('b', true, [2]));
    await store().removeLeftovers('a');
    const [third] = await store().save(saveOf('c', true, [1]));

    expect(await statusesOf(second?.id ?? '')).toEqual([held(saved[0]?.id ?? '')]);
    expect(await statusesOf(third?.id ?? '')).toEqual([toDo]);
  });

  test('a row that failed gets no new attempt while another run is saving its device, and one when that run is gone', async () => {
    const first = saveOf('a', true, [1, 2]);
    const asNow = first.part.rows.map((row) => ({ ...row, change: row.change && { ...row.change, before: { plan: 'POND-1GB' } } }));
    const [failed] = await store().save({ ...first, part: { ...first.part, rows: asNow } });
    const id = failed?.id ?? '';
    const rows = await store().claim(id, 10);
    const refused = { status: 'FAILED', message: 'no', after: null } as const;
    await store().commit(rows.map(({ rowId }) => ({ ...applied(id, rowId, 'no'), ...refused })));
    const { part, ...second } = saveOf('b', false, [2]);
    const saved = await store().save({ ...second, part: { ...part, rows: [] } });
    await store().saveMore(second.holder, { runId: 'b', saved, rows: part.rows, preflight: part.preflight, quotas: [] });

    const beside = await store().reopen(id, ['FAILED'], null);
    const statuses = (await statusesOf(id)).map(({ status }) => status);
    await store().removeLeftovers('b');
    const after = await store().reopen(id, ['FAILED'], null);

    expect([beside.rows, statuses]).toEqual([1, ['NOT_STARTED', 'FAILED']]);
    expect([after.rows, await statusesOf(id)]).toEqual([1, [toDo, toDo]]);
  });

  test('devices of the Mobility portal are held by its own table, by device or by ICCID', async () => {
    const iccids = ['8901990000000000011', '8901990000000000029', '8901990000000000037'];
    await db.execute(`INSERT INTO ServiceProvider (id, Name, DisplayName, IntegrationId, TenantId, WriteIsEnabled, IsActive, IsDeleted)
      VALUES (50, 'Mobile', 'Mobile', 4, 1, 1, 1, 0)`);
    await db.execute('INSERT INTO UserServiceProvider (UserId, ServiceProviderId) VALUES (1, 50)');
    await db.execute(`INSERT INTO DeviceBulkChange (TenantId, ServiceProviderId, ChangeRequestTypeId, Status, IsActive, IsDeleted)
      VALUES (1, 50, 7, 'PROCESSING', 1, 0)`);
    const [{ id: bulkChange } = { id: '' }] = await db.query<{ id: string }>(
      'SELECT CAST(MAX(id) AS nvarchar(30)) AS id FROM DeviceBulkChange',
    );
    for (const [index, iccid] of iccids.entries()) {
      await db.execute(
        `INSERT INTO MobilityDevice (id, ServiceProviderId, ICCID, MSISDN, IsActive, IsDeleted) VALUES (:id, 50, :iccid, :msisdn, 1, 0)`,
        { id: index + 1, iccid, msisdn: `1555000000${index}` },
      );
    }
    const insert = `INSERT INTO Mobility_DeviceChange (BulkChangeId, ICCID, DeviceId, IsProcessed, HasErrors, Status, IsActive, IsDeleted)`;
    await db.execute(`${insert} VALUES (:bulkChange, :iccid, 1, 0, 0, 'NEW', 1, 0)`, { bulkChange, iccid: iccids[0] });
    await db.execute(`${insert} VALUES (:bulkChange, :iccid, NULL, 0, 0, 'PROCESSING', 1, 0)`, { bulkChange, iccid: iccids[1] });
    // A device of the other portal with the same number is another device.
    await db.execute(
      `INSERT INTO M2M_DeviceChange (BulkChangeId, ICCID, DeviceId, IsProcessed, HasErrors, Status, IsActive, IsDeleted) VALUES (:bulkChange, 'x', 3, 0, 0, 'NEW', 1, 0)`,
      { bulkChange },
    );
    const facts = createFactsStore(db, {
      permissions: { by: 'tables', queries: {} },
      integrations: new Map(),
      portalTypes: PORTAL_TYPES,
      login: 'run',
    });
    const operator = await facts.operator('sandbox');
    const text = `iccid,phone number\n${iccids[0]},\n,15550000001\n${iccids[2]},\n`;
    const list = await readList({ name: 'list', stream: Readable.from([Buffer.from(text)]) }, new Map());

    const prepared = await facts.prepare(list, { operator, providerId: null, defaults: {}, services: false, activation: false });
    const holders: (string | null | undefined)[] = [];
    for await (const page of prepared.facts()) holders.push(...page.map(({ device }) => device?.heldBy));

    expect(holders).toEqual([bulkChange, bulkChange, null]);
  });
});
