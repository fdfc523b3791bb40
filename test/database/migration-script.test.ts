import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { readLiveSchema } from '../../src/database/live-schema.ts';
import { migrate } from '../../src/database/migrate.ts';
import { migrationScript } from '../../src/database/migration-sql.ts';
import { ownTable } from '../../src/database/own-schema.ts';
import { engines, type TestDatabase } from './engines.ts';

const BOTH = [{ withOperatorSchema: false }, { withOperatorSchema: true }];

describe.each(engines)('db migrate --print on $name', ({ create }) => {
  let scripted: TestDatabase;
  let migrated: TestDatabase;

  beforeEach(async () => {
    [scripted, migrated] = [await create(), await create()];
  });
  afterEach(async () => {
    await scripted.remove();
    await migrated.remove();
  });

  test.each(BOTH)('its script makes what a migration makes, and nothing more when it is run again: %j', async (options) => {
    const script = migrationScript(scripted.db.engine, options);

    await run(scripted, script);
    await run(scripted, script);

    await migrate(migrated.db, options);
    const schema = await readLiveSchema(scripted.db);
    expect(schema.get(ownTable(scripted.db.engine, 'change_row'))?.indexed).toContain('device_change_id');
    expect(schema).toEqual(await readLiveSchema(migrated.db));
    expect(await contents(scripted, options)).toEqual(await contents(migrated, options));
    expect(await migrate(scripted.db, options)).toEqual([]);
  });

  test.each(BOTH)('its script does no harm after a migration: %j', async (options) => {
    await migrate(scripted.db, options);
    const before = await contents(scripted, options);

    await run(scripted, migrationScript(scripted.db.engine, options));

    expect(await contents(scripted, options)).toEqual(before);
  });
});

/** As a DBA does: all of it at once. */
async function run({ url, db }: TestDatabase, script: string): Promise<void> {
  if (db.engine === 'mssql') {
    await db.execute(script);
    return;
  }
  const file = new DatabaseSync(url.slice('sqlite:'.length));
  file.exec(script);
  file.close();
}

function contents({ db }: TestDatabase, { withOperatorSchema }: { readonly withOperatorSchema: boolean }): Promise<unknown> {
  const ledger = db.engine === 'mssql' ? 'pondbulk.migration' : 'pondbulk_migration';
  const versions = db.query(`SELECT version FROM ${ledger} ORDER BY version`);
  if (!withOperatorSchema) return versions;
  return Promise.all([
    versions,
    db.query('SELECT id, Name, IsActive, IsDeleted FROM DeviceChangeRequestType ORDER BY id'),
    db.query('SELECT id, Name, PortalTypeId, IsActive, IsDeleted FROM Integration ORDER BY id'),
    db.query('SELECT id, Status, DisplayName, IntegrationId, IsActiveStatus, IsActive, IsDeleted FROM DeviceStatus ORDER BY id'),
  ]);
}
