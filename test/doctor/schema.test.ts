import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { readLiveSchema } from '../../src/database/live-schema.ts';
import { migrate } from '../../src/database/migrate.ts';
import { tableNeeds } from '../../src/database/needs.ts';
import { ownTable } from '../../src/database/own-schema.ts';
import type { Check } from '../../src/doctor/check.ts';
import { checkIndexes, checkOwnTables, checkTables } from '../../src/doctor/schema.ts';
import { engines, type TestDatabase } from '../database/engines.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.each(engines)('doctor on $name', ({ create }) => {
  let made: TestDatabase;

  beforeEach(async () => {
    made = await create();
    await migrate(made.db, { withOperatorSchema: true });
  });
  afterEach(() => made.remove());

  const checked = async (): Promise<readonly Check[]> => {
    const live = await readLiveSchema(made.db);
    const needs = tableNeeds('run', { by: 'tables', queries: {} });
    const { engine } = made.db;
    return [...checkOwnTables(engine, live), ...checkTables(engine, live, needs), ...checkIndexes(engine, live)];
  };
  const change = async (...statements: readonly string[]): Promise<void> => {
    for (const sql of statements) await made.db.execute(sql);
  };
  const problems = async (): Promise<readonly string[]> =>
    (await checked()).flatMap(({ ok, name, found }) => (ok === true ? [] : [`${String(ok)} ${name}: ${found}`]));

  test('finds nothing wrong with the schema of the contract', async () => {
    expect(await problems()).toEqual([]);
    expect((await checked()).map(({ name }) => name)).toEqual(['Own tables', 'Tables', 'Indexes']);
  });

  test('a column of another width or more columns are no problem, and tables that nothing uses may be missing', async () => {
    await change(
      'DROP TABLE Integration_Authentication',
      'DROP TABLE Site',
      `CREATE TABLE Site (id bigint, TenantId smallint, Name varchar(40), RevCustomerId nvarchar(40), CreatedBy nvarchar(10), CreatedDate datetime,
        ModifiedBy nvarchar(10), ModifiedDate datetime, DeletedBy nvarchar(10), DeletedDate datetime, IsActive int, IsDeleted int, Color nvarchar(9) NOT NULL)`,
    );

    expect(await problems()).toEqual([]);
  });

  test('a column that some installations spell otherwise is found by either name', async () => {
    const rename =
      made.db.engine === 'sqlite'
        ? 'ALTER TABLE DeviceBulkChangeLog RENAME COLUMN M2MDeviceChangeId TO M2M_DeviceChangeId'
        : `EXEC sp_rename 'DeviceBulkChangeLog.M2MDeviceChangeId', 'M2M_DeviceChangeId', 'COLUMN'`;
    await change(rename);

    expect(await problems()).toEqual([]);
  });

  test('names tables and columns that are missing', async () => {
    await change(
      'DROP TABLE RevServiceProduct',
      'DROP TABLE UserSite',
      'CREATE TABLE UserSite (UserId int)',
      `DROP TABLE ${ownTable(made.db.engine, 'lease')}`,
    );

    expect(await problems()).toEqual([
      `false Own tables: missing or not visible: ${ownTable(made.db.engine, 'lease')}`,
      'false Tables: 28 of 29 are there; missing or not visible: RevServiceProduct',
      'false Columns: UserSite has no SiteId',
    ]);
  });

  test('names columns of another kind, and columns that a new row would lack', async () => {
    await change('DROP TABLE DeviceChangeRequest');
    await change(
      `CREATE TABLE DeviceChangeRequest (id bigint PRIMARY KEY, ChangeRequest int, CreatedBy nvarchar(10), CreatedDate nvarchar(10),
        ModifiedBy nvarchar(10), ModifiedDate datetime, DeletedBy nvarchar(10), DeletedDate datetime, IsActive bit, IsDeleted bit,
        origin int NOT NULL, copies int NOT NULL DEFAULT 1, remark nvarchar(10) NULL)`,
    );

    const types =
      made.db.engine === 'sqlite'
        ? ['ChangeRequest is int, not nvarchar(max)']
        : ['ChangeRequest is int, not nvarchar(max)', 'CreatedDate is nvarchar, not datetime'];
    expect(await problems()).toEqual([
      `false Types: DeviceChangeRequest: ${types.join(', ')}`,
      'false Columns: DeviceChangeRequest demands origin, which pond-bulk does not know',
    ]);
  });

  test('advises the statement that makes a missing index', async () => {
    const onTable = made.db.engine === 'mssql' ? ' ON RevService' : '';
    await change(`DROP INDEX ix_RevService_Number${onTable}`);

    const [missing] = (await checked()).filter(({ ok }) => ok === 'warn');
    expect(missing).toMatchObject({ name: 'Indexes', found: 'none begins with RevService.Number' });
    await change(missing?.advice?.replace('have a DBA run: ', '') ?? '');

    expect(await problems()).toEqual([]);
  });
});
