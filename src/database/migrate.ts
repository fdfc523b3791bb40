import { systemClock, type Clock } from '../domain/clock.ts';
import { PondBulkError } from '../domain/errors.ts';
import type { Database, ReadDatabase, Transaction } from './database.ts';
import { CREATE_OWN_SCHEMA, lookupSql, markSql, MIGRATION_LOCK, OPERATOR_SCHEMA_MARK, operatorParts, ownParts } from './migration-sql.ts';
import { OPERATOR_TABLES } from './operator-schema.ts';
import { OWN_SCHEMA_VERSION, OWN_TABLES, ownTable } from './own-schema.ts';
import { tableNames } from './table-names.ts';

export interface MigrateOptions {
  /** Makes the operator's tables too: for first runs and tests, never where an operator has his own. */
  readonly withOperatorSchema: boolean;
  /** For the ledger, and to wait for another migration. */
  readonly clock?: Pick<Clock, 'now' | 'sleep'>;
}

/** Brings the database up to date in one transaction. Answers what was made: nothing when all was there. Two at once wait for each other. */
export function migrate(db: Database, { withOperatorSchema, clock = systemClock }: MigrateOptions): Promise<readonly string[]> {
  return db.transaction(async (tx) => {
    await beAlone(tx, clock);
    const made = [...(await makeOwnTables(tx, clock.now()))];
    if (withOperatorSchema) made.push(...(await makeOperatorSchema(tx, clock.now())));
    return made;
  });
}

/** Our own tables that are not there. */
export async function missingTables(db: ReadDatabase): Promise<readonly string[]> {
  const known = await tableNames(db);
  return OWN_TABLES.map(({ name }) => ownTable(db.engine, name)).filter((name) => !known.has(name.toLowerCase()));
}

/** How long another migration is waited for: it takes seconds. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 250;

/** BEGIN IMMEDIATE is enough on SQLite; on SQL Server two would both find nothing and both create. */
async function beAlone(tx: Transaction, clock: Pick<Clock, 'now' | 'sleep'>): Promise<void> {
  if (tx.engine === 'sqlite') return;
  for (const giveUpAt = clock.now() + PATIENCE_MS; ;) {
    const [row] = await tx.query<{ result: number }>(
      `DECLARE @result int;
EXEC @result = sp_getapplock @Resource = '${MIGRATION_LOCK}', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 5000;
SELECT @result AS result`,
    );
    // 0: got it. 1: got it after the other one let go.
    if (row !== undefined && row.result >= 0) return;
    if (clock.now() >= giveUpAt) break;
    // Babelfish answers -999 at once for a lock that somebody holds.
    await clock.sleep(LOOK_MS);
  }
  throw new PondBulkError(
    'locked',
    'MIGRATION_RUNNING',
    'Another pond-bulk db migrate is running on this database. Try again when it is done',
  );
}

async function makeOwnTables(tx: Transaction, now: number): Promise<readonly string[]> {
  if (tx.engine === 'mssql') await tx.execute(CREATE_OWN_SCHEMA);
  const known = await tableNames(tx);
  const missing = ownParts(tx.engine).filter(({ name }) => !known.has(name.toLowerCase()));
  for (const { statements } of missing) await executeAll(tx, statements);
  await mark(tx, OWN_SCHEMA_VERSION, now);
  return missing.map(({ name }) => name);
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
  const parts = operatorParts(tx.engine);
  for (const { statements } of parts) await executeAll(tx, statements);
  await executeAll(tx, lookupSql());
  await mark(tx, OPERATOR_SCHEMA_MARK, now);
  return parts.map(({ name }) => name);
}

async function mark(tx: Transaction, version: number, now: number): Promise<void> {
  await tx.execute(markSql(tx.engine, version, ':at'), { at: new Date(now) });
}

async function executeAll(tx: Transaction, statements: readonly string[]): Promise<void> {
  for (const sql of statements) await tx.execute(sql);
}
