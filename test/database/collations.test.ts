import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Database } from '../../src/database/database.ts';
import { INVENTORY_VIEW } from '../../src/database/operator-schema.ts';
import { quote } from '../../src/database/schema-sql.ts';
import { findCustomersWithoutSite, findProviders } from '../../src/database/statements/lookups.ts';
import { findDevices } from '../../src/database/statements/find-devices.ts';
import { loadList } from '../../src/database/statements/list.ts';
import { parseIccid } from '../../src/domain/iccid.ts';
import type { ListRow, RowValues } from '../../src/domain/list-row.ts';
import { sampleData } from '../../src/sandbox/sample-data.ts';
import { seedDatabase } from '../../src/sandbox/seed-database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { applied, newRow, saveRows } from './store-world.ts';
import { engines, type TestDatabase } from './engines.ts';

/** Columns whose values lists and carriers name, with an index on each. */
const KEYS = [
  ['Device', 'ICCID'],
  ['POND_Package', 'PackageId'],
  ['RevCustomer', 'RevCustomerId'],
] as const;

const COLLATIONS = {
  sqlite: ['NOCASE', 'BINARY'],
  mssql: ['SQL_Latin1_General_CP1_CI_AS', 'Latin1_General_CS_AS', 'Latin1_General_BIN2'],
} as const;

/** The columns anew, empty, with a collation of their own. */
async function collate(db: Database, collation: string): Promise<void> {
  await db.execute(`DROP VIEW ${INVENTORY_VIEW.name}`);
  for (const [table, column] of KEYS) {
    const index = quote(db.engine, `ix_${table}_${column}`);
    await db.execute(db.engine === 'mssql' ? `DROP INDEX ${index} ON ${table}` : `DROP INDEX ${index}`);
    await db.execute(`ALTER TABLE ${table} DROP COLUMN ${column}`);
    await db.execute(`ALTER TABLE ${table} ADD ${column} nvarchar(50) COLLATE ${collation}`);
    await db.execute(`CREATE INDEX ${index} ON ${table} (${column})`);
  }
  await db.execute(INVENTORY_VIEW.sql);
}

function listRow(line: number, device: number, values: RowValues): ListRow {
  const read = parseIccid(newRow(device).iccid);
  if (!read.ok) throw new Error('The sample fleet has another kind of ICCID');
  return { line, iccid: read.iccid, phoneNumber: null, key: read.iccid, values, problem: null, luhnFails: false, cells: [read.iccid] };
}

async function* page(rows: readonly ListRow[]): AsyncIterable<readonly ListRow[]> {
  yield rows;
}

// Babelfish compares columns of different collations, which SQL Server refuses (error 468): there these tests prove the answers alone.
describe.each(engines)('collations on $name', ({ name, create }) => {
  let made: TestDatabase;

  beforeEach(async () => {
    made = await create();
    await migrate(made.db, { withOperatorSchema: true });
  }, 60_000);
  afterEach(() => made.remove(), 60_000);

  test.each(COLLATIONS[name === 'SQLite' ? 'sqlite' : 'mssql'])(
    'keys of the operator may be %s: devices, customers and packages are found',
    async (collation) => {
      const { db } = made;
      await collate(db, collation);
      await seedDatabase(db, sampleData());
      await db.execute(`UPDATE Device SET ICCID = :iccid WHERE id = 1`, { iccid: newRow(1).iccid });
      await db.execute(
        `UPDATE Site SET RevCustomerId = NULL WHERE RevCustomerId = (SELECT id FROM RevCustomer WHERE RevCustomerId = '4711')`,
      );
      const rows = [listRow(2, 1, { customer: '4711' }), listRow(3, 2000, {})];

      const list = await loadList(db.session, { name: 'list', columns: ['iccid'], rows: page(rows) }, {});
      const { found } = await findDevices(db.session, list, {
        tenantId: 1,
        providers: await findProviders(db, new Map(), { M2M: 0, Mobility: 2 }),
      });
      const { store, saved } = await saveRows(db, [newRow(1), newRow(2)]);
      const claimed = await store.claim(saved.id, 2);
      const effect = { kind: 'pond-package', iccid: newRow(1).iccid, packageId: 'Package-1', packageTypeId: 105, providerId: 1 } as const;
      for (const [index, status] of (['NOT_ACTIVE', 'ACTIVE'] as const).entries())
        await store.commit([applied(saved.id, claimed[index]?.rowId ?? '', 'ok', [{ ...effect, status }])]);

      expect(await db.session.query(`SELECT first_line, device_id FROM ${found} ORDER BY first_line`)).toEqual([
        { first_line: 2, device_id: 1 },
        { first_line: 3, device_id: null },
      ]);
      expect(await findCustomersWithoutSite(db.session, list)).toEqual(['4711']);
      expect(await db.query(`SELECT Status AS status FROM POND_Package WHERE PackageId = 'Package-1'`)).toEqual([{ status: 'ACTIVE' }]);
    },
  );

  test('values that differ in nothing but their case are different wishes for one device', async () => {
    const { db } = made;
    const rows = [
      listRow(2, 1, { site: 'Acme' }),
      listRow(3, 1, { site: 'ACME' }),
      listRow(4, 2, { site: 'Acme' }),
      listRow(5, 2, { site: 'Acme' }),
    ];

    const list = await loadList(db.session, { name: 'list', columns: ['iccid'], rows: page(rows) }, {});
    const { found } = await findDevices(db.session, list, { tenantId: 1, providers: [] });

    expect(await db.session.query(`SELECT first_line, conflicting FROM ${found} ORDER BY first_line`)).toEqual([
      { first_line: 2, conflicting: 1 },
      { first_line: 4, conflicting: 0 },
    ]);
  });
});
