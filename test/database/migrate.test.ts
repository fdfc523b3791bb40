import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate, missingTables } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { ownTable } from '../../src/database/own-schema.ts';
import { engines, type TestDatabase } from './engines.ts';

describe.each(engines)('migrate on $name', ({ create }) => {
  let made: TestDatabase;

  beforeEach(async () => {
    made = await create();
  });
  afterEach(() => made.remove());

  test('makes our tables and the operator schema once', async () => {
    const { db } = made;

    const first = await migrate(db, { withOperatorSchema: true });
    const second = await migrate(db, { withOperatorSchema: true });

    expect(first).toContain('vwM2MDeviceInventory');
    expect(first).toContain(ownTable(db.engine, 'journal'));
    expect(second).toEqual([]);
    expect(await missingTables(db)).toEqual([]);
  });

  test('look-up rows have the numbers of the contract', async () => {
    const { db } = made;
    await migrate(db, { withOperatorSchema: true });

    const types = await db.query(`SELECT id FROM DeviceChangeRequestType WHERE Name = 'CarrierRatePlanChange'`);
    const portals = await db.query(`SELECT PortalTypeId FROM Integration WHERE Name IN ('Pond', 'Telegence') ORDER BY PortalTypeId`);

    expect(types).toEqual([{ id: 7 }]);
    expect(portals).toEqual([{ PortalTypeId: 0 }, { PortalTypeId: 2 }]);
  });

  test('two that start at once both succeed, and one of them makes everything', async () => {
    const other = await openDatabase(made.url);

    const made2 = await Promise.all([migrate(made.db, { withOperatorSchema: true }), migrate(other, { withOperatorSchema: true })]);
    await other.close();

    expect(made2.map((names) => names.length).toSorted((a, b) => a - b)[0]).toBe(0);
    expect(await missingTables(made.db)).toEqual([]);
  });

  test('an operator schema is never made beside one that is there', async () => {
    const { db } = made;
    await db.execute('CREATE TABLE Device (id int)');

    await expect(migrate(db, { withOperatorSchema: true })).rejects.toMatchObject({ kind: 'config', code: 'OPERATOR_SCHEMA_PRESENT' });

    expect(await db.query(`SELECT 1 AS one WHERE 1 = 0`)).toEqual([]);
    expect(await missingTables(db)).toContain(ownTable(db.engine, 'run'));
  });

  test('missingTables names those of our own that are not there', async () => {
    const { db } = made;
    await migrate(db, { withOperatorSchema: false });

    await db.execute(`DROP TABLE ${ownTable(db.engine, 'lease')}`);

    expect(await missingTables(db)).toEqual([ownTable(db.engine, 'lease')]);
  });
});
