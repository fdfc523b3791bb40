import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { PondBulkError } from '../domain/errors.ts';
import type { Database, Params, Queries, ReadDatabase, Session, Transaction } from './database.ts';
import { affectedBy, knexTransaction, rowsOf, type Dialect } from './knex-statements.ts';
import { broken } from './broken.ts';
import { atNamed } from './named-params.ts';
import { withRetries } from './retry.ts';
import { sqliteSet } from './set-forms.ts';
import { insertSql, withSets } from './sets.ts';
import { toSqlite } from './sql-values.ts';
import { sqliteKnex } from './sqlite-client.ts';
import { sqliteTempTables } from './sqlite-temp.ts';

export interface SqliteOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onAway?: ((message: string) => void) | undefined;
  /** Makes the file when there is none: for migrations only, so that a mistyped name is not an empty database. */
  readonly create?: boolean;
}

/** How many rows are read before other work of the process gets a turn: reading is synchronous. */
const ROWS_PER_PAGE = 500;
/** Short, because nothing else of the process goes on meanwhile: retries wait for the rest. */
const BUSY_TIMEOUT_MS = 1000;
const SQLITE: Dialect = { engine: 'sqlite', set: sqliteSet };
/** Lists are seldom in the order of the devices: with SQLite's own 2 MiB most look-ups of a long one go to the disk. */
const CACHE_KIB = 32 * 1024;

/** Opens a SQLite file. Rejects with PondBulkError (config) when there is none, or it is no database. */
export function openSqlite(file: string, options: SqliteOptions = {}): Database {
  const path = resolve(file);
  if (options.create !== true) mustExist(path);
  const handle = open(path, false);
  // FULL: a journaled intent must survive a power cut, and WAL alone would lose the last commits.
  handle.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  return databaseOn(handle, path, options);
}

/** The engine itself refuses writes; only temporary tables, which live outside the file, can be made. */
export function openSqliteReadOnly(file: string): ReadDatabase {
  const path = resolve(file);
  mustExist(path);
  return databaseOn(open(path, true), path, {});
}

function open(path: string, readOnly: boolean): DatabaseSync {
  try {
    const handle = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT_MS });
    // Opening is lazy: a file that is no database shows itself by the first read.
    handle.prepare('SELECT COUNT(*) FROM sqlite_master').get();
    handle.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    return handle;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PondBulkError('config', 'DATABASE_UNREACHABLE', `The database file ${path} cannot be opened: ${reason}`, { cause });
  }
}

function mustExist(path: string): void {
  if (existsSync(path)) return;
  throw new PondBulkError(
    'config',
    'DATABASE_UNREACHABLE',
    `There is no database file ${path}. Check DATABASE_URL, or create it with: pond-bulk db migrate --with-operator-schema`,
  );
}

function databaseOn(handle: DatabaseSync, path: string, { signal, onAway }: SqliteOptions): Database {
  const knex = sqliteKnex(handle);
  let statements = 0;
  const count = (): void => {
    statements += 1;
  };
  const waits = { signal, onAway };
  const explain = broken(path);
  // Every call begins anew, so a transaction whose BEGIN found the file busy can be tried again as a whole.
  const transaction = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
    withRetries(() => knex.transaction((trx) => work(knexTransaction(trx, SQLITE, count))), { idempotent: false, ...waits }).catch(explain);
  const execute = (sql: string, params?: Params): Promise<number> => {
    count();
    return withRetries(() => affectedBy(knex, SQLITE, sql, params), { idempotent: false, ...waits }).catch(explain);
  };
  const queries: Queries = {
    engine: 'sqlite',
    query: <Row>(sql: string, params?: Params) => {
      count();
      return withRetries(() => rowsOf<Row>(knex, SQLITE, sql, params), { idempotent: true, ...waits }).catch(explain);
    },
    stream: <Row extends readonly unknown[]>(sql: string, params?: Params) => {
      count();
      return streamRows<Row>(handle, sql, params);
    },
  };
  // Everything shares one connection here, so the session is the database.
  const session: Session = { ...queries, ...sqliteTempTables(handle, knex, count), execute, transaction };
  return {
    ...queries,
    identity: path,
    session,
    execute,
    transaction,
    append: async (table, columns, rows) => {
      await execute(insertSql(table, columns), { rows });
    },
    calling: null,
    get statements() {
      return statements;
    },
    close: async () => {
      await knex.destroy();
      if (handle.isOpen) handle.close();
    },
  };
}

/** Reads past knex' queue: a consumer that writes between two pages would otherwise wait for itself. */
async function* streamRows<Row extends readonly unknown[]>(
  handle: DatabaseSync,
  sql: string,
  params: Params = {},
): AsyncGenerator<readonly Row[]> {
  const bound = atNamed(withSets(sql, sqliteSet), params);
  const values = Object.fromEntries([...bound.values].map(([name, value]) => [name, toSqlite(value)]));
  let page: Row[] = [];
  const statement = handle.prepare(bound.sql);
  statement.setReturnArrays(true);
  // The caller names the row type of its own SQL.
  for (const row of statement.iterate(values) as Iterable<unknown> as Iterable<Row>) {
    page.push(row);
    if (page.length < ROWS_PER_PAGE) continue;
    yield page;
    page = [];
    await setImmediate();
  }
  if (page.length > 0) yield page;
}
