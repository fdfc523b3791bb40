import { PondBulkError } from '../domain/errors.ts';
import type { Database, Engine, ReadDatabase, Transaction } from './database.ts';
import { CHANGE_REQUEST_TYPES, DEVICE_STATUSES, deviceStatusId, INTEGRATIONS } from './operator-lookups.ts';
import { INVENTORY_VIEW, OPERATOR_TABLES } from './operator-schema.ts';
import { OWN_SCHEMA_VERSION, OWN_TABLES, ownTable } from './own-schema.ts';
import { createTableSql, quote } from './schema-sql.ts';
import { sqlTime } from './sql-time.ts';
import { tableNames } from './table-names.ts';
import { setOf } from './sets.ts';

export interface MigrateOptions {
  /** Makes the operator's tables too: for first runs and tests, never where an operator has his own. */
  readonly withOperatorSchema: boolean;
  /** Milliseconds since the epoch, for the ledger. */
  readonly now?: number;
}

/** The ledger's mark of an operator schema that was made by us, apart from the versions of our own. */
const OPERATOR_SCHEMA_MARK = 1000;

/** Brings the database up to date in one transaction. Answers what was made: nothing when all was there. Two at once wait for each other. */
export function migrate(db: Database, { withOperatorSchema, now = Date.now() }: MigrateOptions): Promise<readonly string[]> {
  return db.transaction(async (tx) => {
    await beAlone(tx);
    const made = [...(await makeOwnTables(tx, now))];
    if (withOperatorSchema) made.push(...(await makeOperatorSchema(tx, now)));
    return made;
  });
}

/** Every statement a migration of an empty database would send, for those who let a DBA run it. */
export function migrationSql(engine: Engine, { withOperatorSchema }: Pick<MigrateOptions, 'withOperatorSchema'>): readonly string[] {
  const own = OWN_TABLES.flatMap((table) => createTableSql(engine, table, ownTable(engine, table.name)));
  const schema = engine === 'mssql' ? ['CREATE SCHEMA pondbulk'] : [];
  if (!withOperatorSchema) return [...schema, ...own];
  const operator = OPERATOR_TABLES.flatMap((table) => createTableSql(engine, table, quote(engine, table.name)));
  return [...schema, ...own, ...operator, INVENTORY_VIEW.sql];
}

/** Our own tables that are not there. */
export async function missingTables(db: ReadDatabase): Promise<readonly string[]> {
  const known = await tableNames(db);
  return OWN_TABLES.map(({ name }) => ownTable(db.engine, name)).filter((name) => !known.has(name.toLowerCase()));
}

/** BEGIN IMMEDIATE is enough on SQLite; on SQL Server two would both find nothing and both create. */
async function beAlone(tx: Transaction): Promise<void> {
  if (tx.engine === 'sqlite') return;
  const [row] = await tx.query<{ result: number }>(
    `DECLARE @result int;
EXEC @result = sp_getapplock @Resource = 'pond-bulk migrate', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 60000;
SELECT @result AS result`,
  );
  if (row !== undefined && row.result >= 0) return;
  throw new PondBulkError(
    'locked',
    'MIGRATION_RUNNING',
    'Another pond-bulk db migrate is running on this database. Try again when it is done',
  );
}

async function makeOwnTables(tx: Transaction, now: number): Promise<readonly string[]> {
  if (tx.engine === 'mssql') await tx.execute(`IF SCHEMA_ID('pondbulk') IS NULL EXEC('CREATE SCHEMA pondbulk')`);
  const known = await tableNames(tx);
  const made: string[] = [];
  for (const table of OWN_TABLES) {
    const name = ownTable(tx.engine, table.name);
    if (known.has(name.toLowerCase())) continue;
    await executeAll(tx, createTableSql(tx.engine, table, name));
    made.push(name);
  }
  await mark(tx, OWN_SCHEMA_VERSION, now);
  return made;
}

async function makeOperatorSchema(tx: Transaction, now: number): Promise<readonly string[]> {
  const marks = await tx.query<{ version: number }>(`SELECT version FROM ${ownTable(tx.engine, 'migration')}`);
  if (marks.some(({ version }) => version >= OPERATOR_SCHEMA_MARK)) return [];
  const known = await tableNames(tx);
  const present = OPERATOR_TABLES.map(({ name }) => name).filter((name) => known.has(name.toLowerCase()));
  if (present.length > 0) {
    throw new PondBulkError(
      'config',
      'OPERATOR_SCHEMA_PRESENT',
      `This database already has tables of an operator (${present.slice(0, 3).join(', ')}): leave out --with-operator-schema, or name an empty database in DATABASE_URL`,
    );
  }
  for (const table of OPERATOR_TABLES) await executeAll(tx, createTableSql(tx.engine, table, quote(tx.engine, table.name)));
  await tx.execute(INVENTORY_VIEW.sql);
  await fillLookups(tx);
  await mark(tx, OPERATOR_SCHEMA_MARK, now);
  return [...OPERATOR_TABLES, INVENTORY_VIEW].map(({ name }) => name);
}

async function fillLookups(tx: Transaction): Promise<void> {
  await tx.execute(
    `INSERT INTO DeviceChangeRequestType (id, Name, IsActive, IsDeleted)
SELECT id, name, 1, 0
FROM ${setOf('types', { id: 'int', name: 'nvarchar(100)' })} AS given`,
    { types: CHANGE_REQUEST_TYPES.map(([id, name]) => ({ id, name })) },
  );
  await tx.execute(
    `INSERT INTO Integration (id, Name, PortalTypeId, IsActive, IsDeleted)
SELECT id, name, portal, 1, 0
FROM ${setOf('integrations', { id: 'int', name: 'nvarchar(100)', portal: 'int' })} AS given`,
    { integrations: INTEGRATIONS.map(([id, name, portal]) => ({ id, name, portal })) },
  );
  const statuses = INTEGRATIONS.flatMap(([integration]) =>
    DEVICE_STATUSES.map(([status, display, active]) => ({ id: deviceStatusId(integration, status), status, display, integration, active })),
  );
  await tx.execute(
    `INSERT INTO DeviceStatus (id, Status, DisplayName, IntegrationId, IsActiveStatus, IsActive, IsDeleted)
SELECT id, status, display, integration, active, 1, 0
FROM ${setOf('statuses', { id: 'int', status: 'nvarchar(50)', display: 'nvarchar(100)', integration: 'int', active: 'bit' })} AS given`,
    { statuses: statuses },
  );
}

async function mark(tx: Transaction, version: number, now: number): Promise<void> {
  const ledger = ownTable(tx.engine, 'migration');
  await tx.execute(
    `INSERT INTO ${ledger} (version, applied_at) SELECT :version, :at WHERE NOT EXISTS (SELECT 1 FROM ${ledger} WHERE version = :version)`,
    { version, at: sqlTime(now) },
  );
}

async function executeAll(tx: Transaction, statements: readonly string[]): Promise<void> {
  for (const sql of statements) await tx.execute(sql);
}
