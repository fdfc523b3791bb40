import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Database } from '../../src/database/database.ts';
import type { Effect } from '../../src/domain/effect.ts';
import { applied, fleet, newRow, resultsOf, saveRows, settle } from './store-world.ts';
import { engines, type TestDatabase } from './engines.ts';

const DEVICE = { portal: 'M2M', deviceId: 1, tenantId: 1 } as const;
const EFFECTS: readonly Effect[] = [
  { kind: 'carrier-plan', ...DEVICE, planId: 1, planCode: 'POND-1GB', commPlan: null },
  {
    kind: 'history',
    ...DEVICE,
    providerId: 1,
    iccid: newRow(1).iccid,
    msisdn: null,
    field: 'CarrierRatePlan',
    changeType: 'CarrierRatePlanChange',
    previous: null,
    current: 'POND-1GB',
  },
];

describe.each(engines)('tables with more than we know of, on $name', ({ name, create }) => {
  let made: TestDatabase;
  let db: Database;
  const texts = (sql: string) => db.query<Readonly<Record<string, string | null>>>(sql);

  beforeEach(async () => {
    made = await create();
    db = made.db;
    await fleet(db);
  }, 60_000);
  afterEach(() => made.remove(), 60_000);

  test("columns of the operator's own are left alone", async () => {
    const version = db.engine === 'mssql' ? ['Version rowversion'] : [];
    for (const table of [
      'DeviceBulkChange',
      'DeviceChangeRequest',
      'M2M_DeviceChange',
      'DeviceBulkChangeLog',
      'Device',
      'DeviceActionHistory',
    ]) {
      for (const column of [`Region nvarchar(20) NOT NULL DEFAULT 'north'`, 'Twice AS (IsActive * 2)', ...version])
        await db.execute(`ALTER TABLE ${table} ADD ${column}`);
    }

    const { store, saved } = await saveRows(db, [newRow(1)]);
    const [row] = await store.claim(saved.id, 1);
    await store.commit(row ? [applied(saved.id, row.rowId, 'ok', EFFECTS)] : []);

    const regions = await db.query(
      `SELECT Region AS region, Twice AS twice FROM M2M_DeviceChange WHERE BulkChangeId = ${saved.id}
      UNION ALL SELECT Region, Twice FROM DeviceBulkChangeLog WHERE BulkChangeId = ${saved.id}
      UNION ALL SELECT Region, Twice FROM DeviceActionHistory WHERE BulkChangeId = ${saved.id}`,
    );
    expect(regions).toEqual(Array.from({ length: 3 }, () => ({ region: 'north', twice: 2 })));
  });

  test('a trigger that writes elsewhere sees every audit row once', async () => {
    await db.execute('CREATE TABLE watched (log_id bigint NOT NULL PRIMARY KEY, said nvarchar(200))');
    await db.execute(
      db.engine === 'mssql'
        ? 'CREATE TRIGGER watch ON DeviceBulkChangeLog AFTER INSERT AS INSERT INTO watched (log_id, said) SELECT id, ResponseText FROM inserted'
        : 'CREATE TRIGGER watch AFTER INSERT ON DeviceBulkChangeLog BEGIN INSERT INTO watched (log_id, said) VALUES (new.id, new.ResponseText); END',
    );

    const { store, saved } = await saveRows(db, [newRow(1), newRow(2)]);
    for (const row of await store.claim(saved.id, 2)) await settle(store, saved.id, row, `answer ${row.line}`);

    expect(await texts('SELECT said FROM watched ORDER BY log_id')).toEqual([{ said: 'answer 1' }, { said: 'answer 2' }]);
    expect((await resultsOf(store, saved.id)).map(({ status }) => status)).toEqual(['APPLIED', 'APPLIED']);
  });

  // SQLite's triggers answer no rows.
  test.runIf(name === 'SQL Server').each([
    ['no rows', 'WHERE 1 = 0'],
    ['rows that look like ours', ''],
  ])('triggers that select %s are not taken for an answer', async (_name, where) => {
    const told = {
      DeviceBulkChange: 'Status',
      DeviceChangeRequest: 'ChangeRequest',
      M2M_DeviceChange: 'ICCID, Status, StatusDetails',
      DeviceBulkChangeLog: 'ResponseText',
    };
    for (const [table, columns] of Object.entries(told)) {
      await db.execute(
        `CREATE TRIGGER tell_${table} ON ${table} AFTER INSERT, UPDATE AS SELECT CAST(-id AS nvarchar(30)) AS id, ${columns} FROM inserted ${where}`,
      );
    }

    const { store, saved } = await saveRows(db, [newRow(1), newRow(2, { changeRequest: '{}' })]);
    const claimed = await store.claim(saved.id, 10);
    for (const row of claimed) await settle(store, saved.id, row, 'ok');
    await db.session.transaction((tx) => tx.execute('UPDATE DeviceBulkChange SET IsActive = 1'));
    const [answer] = await db.session.transaction((tx) =>
      tx.query(`UPDATE DeviceBulkChange SET IsActive = 1 WHERE id = :id; SELECT 'ours' AS said`, { id: saved.id }),
    );

    expect(BigInt(saved.id)).toBeGreaterThan(0n);
    expect(claimed.map(({ line }) => line)).toEqual([1, 2]);
    expect((await resultsOf(store, saved.id)).map(({ status }) => status)).toEqual(['APPLIED', 'APPLIED']);
    expect(answer).toEqual({ said: 'ours' });
  });
});
