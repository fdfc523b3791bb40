import type { Engine } from './database.ts';
import { CHANGE_REQUEST_TYPES, DEVICE_STATUSES, deviceStatusId, INTEGRATIONS } from './operator-lookups.ts';
import { INVENTORY_VIEW, OPERATOR_TABLES } from './operator-schema.ts';
import { OWN_SCHEMA_VERSION, OWN_TABLES, ownTable } from './own-schema.ts';
import { createTableSql, quote } from './schema-sql.ts';

/** A table or view, and the statements that make it with its indexes. */
export interface Part {
  readonly name: string;
  readonly statements: readonly string[];
}

/** The ledger's mark of an operator schema that was made by us, apart from the versions of our own. */
export const OPERATOR_SCHEMA_MARK = 1000;

/** Two migrations at once wait for each other by this name (sp_getapplock). */
export const MIGRATION_LOCK = 'pond-bulk migrate';

/** Of its own batch: SQL Server takes CREATE SCHEMA nowhere else. */
export const CREATE_OWN_SCHEMA = `IF SCHEMA_ID('pondbulk') IS NULL EXEC('CREATE SCHEMA pondbulk')`;

/** Our own tables, each with the statements that make it. */
export function ownParts(engine: Engine): readonly Part[] {
  return OWN_TABLES.map((table) => {
    const name = ownTable(engine, table.name);
    return { name, statements: createTableSql(engine, table, name) };
  });
}

/** The operator's tables, views and look-up rows, for an empty test database. */
export function operatorParts(engine: Engine): readonly Part[] {
  const tables = OPERATOR_TABLES.map((table) => ({
    name: table.name,
    statements: createTableSql(engine, table, quote(engine, table.name)),
  }));
  return [...tables, { name: INVENTORY_VIEW.name, statements: [INVENTORY_VIEW.sql] }];
}

/** The rows of the look-up tables of an operator schema that we make. */
export function lookupSql(): readonly string[] {
  const statuses = INTEGRATIONS.flatMap(([integration]) =>
    DEVICE_STATUSES.map(([status, display, active]) => [deviceStatusId(integration, status), status, display, integration, active]),
  );
  return [
    aliveRowsSql('DeviceChangeRequestType', ['id', 'Name'], CHANGE_REQUEST_TYPES),
    aliveRowsSql('Integration', ['id', 'Name', 'PortalTypeId'], INTEGRATIONS),
    aliveRowsSql('DeviceStatus', ['id', 'Status', 'DisplayName', 'IntegrationId', 'IsActiveStatus'], statuses),
  ];
}

/** Notes a version in the ledger, once. `at` is an expression. */
export function markSql(engine: Engine, version: number, at: string): string {
  const ledger = ownTable(engine, 'migration');
  return `INSERT INTO ${ledger} (version, applied_at) SELECT ${version}, ${at} WHERE NOT EXISTS (SELECT 1 FROM ${ledger} WHERE version = ${version})`;
}

/** The whole migration as a script that somebody else can run, as often as he likes: what is there stays. */
export function migrationScript(engine: Engine, options: { readonly withOperatorSchema: boolean }): string {
  return engine === 'mssql' ? mssqlScript(options) : sqliteScript(options);
}

function mssqlScript({ withOperatorSchema }: { readonly withOperatorSchema: boolean }): string {
  const own = ownParts('mssql').map(({ name, statements }) => guarded(`OBJECT_ID(N'${name}') IS NULL`, statements));
  const mark = (version: number): string => markSql('mssql', version, 'SYSUTCDATETIME()');
  const operator = guarded(`NOT EXISTS (SELECT 1 FROM ${ownTable('mssql', 'migration')} WHERE version >= ${OPERATOR_SCHEMA_MARK})`, [
    // A view must be alone in its batch.
    ...operatorParts('mssql').flatMap(({ name, statements }) => (name === INVENTORY_VIEW.name ? statements.map(asBatch) : statements)),
    ...lookupSql(),
    mark(OPERATOR_SCHEMA_MARK),
  ]);
  const statements = [
    'SET XACT_ABORT ON',
    'BEGIN TRANSACTION',
    'DECLARE @result int',
    `EXEC @result = sp_getapplock @Resource = '${MIGRATION_LOCK}', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 60000`,
    `IF @result < 0 THROW 50000, 'Another pond-bulk db migrate is running on this database', 1`,
    CREATE_OWN_SCHEMA,
    ...own,
    mark(OWN_SCHEMA_VERSION),
    ...(withOperatorSchema ? [operator] : []),
    'COMMIT TRANSACTION',
  ];
  return `${statements.join(';\n')};\n`;
}

function sqliteScript({ withOperatorSchema }: { readonly withOperatorSchema: boolean }): string {
  const statements = [
    'BEGIN IMMEDIATE',
    ...ownParts('sqlite').flatMap((part) => part.statements.map(ifNotThere)),
    markSql('sqlite', OWN_SCHEMA_VERSION, NOW_SQLITE),
    ...(withOperatorSchema
      ? [
          ...operatorParts('sqlite').flatMap((part) => part.statements.map(ifNotThere)),
          ...lookupSql().map((sql) => sql.replace('INSERT INTO', 'INSERT OR IGNORE INTO')),
          markSql('sqlite', OPERATOR_SCHEMA_MARK, NOW_SQLITE),
        ]
      : []),
    'COMMIT',
  ];
  return `${statements.join(';\n')};\n`;
}

const NOW_SQLITE = `strftime('%Y-%m-%d %H:%M:%f', 'now')`;

function guarded(condition: string, statements: readonly string[]): string {
  return `IF ${condition}\nBEGIN\n${statements.map((sql) => `${sql};`).join('\n')}\nEND`;
}

function asBatch(sql: string): string {
  return `EXEC(N'${sql.replaceAll("'", "''")}')`;
}

function ifNotThere(sql: string): string {
  return sql.replace(/^CREATE (TABLE|VIEW|(?:UNIQUE )?INDEX)/, 'CREATE $1 IF NOT EXISTS');
}

/** Constants of ours as text of a statement; every row is alive. */
function aliveRowsSql(table: string, columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const literal = (value: string | number): string => (typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`);
  const values = rows.map((row) => `  (${[...row.map(literal), 1, 0].join(', ')})`).join(',\n');
  return `INSERT INTO ${table} (${[...columns, 'IsActive', 'IsDeleted'].join(', ')}) VALUES\n${values}`;
}
