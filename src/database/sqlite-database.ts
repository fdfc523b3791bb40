import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { Knex } from 'knex';
import { PondBulkError } from '../domain/errors.ts';
import type { Database, Params, Queries, ReadDatabase, Session, Transaction } from './database.ts';
import { sqliteJsonTable } from './json-table.ts';
import { affectedBy, knexTransaction, rowsOf } from './knex-statements.ts';
import { atNamed } from './named-params.ts';
import { withRetries } from './retry.ts';
import { toSqlite } from './sql-values.ts';
import { sqliteKnex } from './sqlite-client.ts';
import { sqliteTempTables } from './sqlite-temp.ts';

export interface SqliteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Makes the file when there is none: for migrations only, so that a mistyped name is not an empty database. */
  readonly create?: boolean;
}

/** How many rows are streamed before other work of the process gets a turn: reading is synchronous. */
const ROWS_PER_TURN = 500;
const BUSY_TIMEOUT_MS = 5000;

export function openSqlite(file: string, options: SqliteOptions = {}): Database {
  const path = resolve(file);
  if (options.create !== true) mustExist(path);
  const handle = open(path, false);
  // FULL: a journaled intent must survive a power cut, and WAL alone would lose the last commits.
  handle.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  return databaseOn(handle, path, options.signal);
}

/** The engine itself refuses writes; only temporary tables, which live outside the file, can be made. */
export function openSqliteReadOnly(file: string): ReadDatabase {
  const path = resolve(file);
  mustExist(path);
  return databaseOn(open(path, true), path, undefined);
}

function open(path: string, readOnly: boolean): DatabaseSync {
  try {
    const handle = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT_MS });
    // Opening is lazy: a file that is no database shows itself by the first read.
    handle.prepare('SELECT COUNT(*) FROM sqlite_master').get();
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

function databaseOn(handle: DatabaseSync, path: string, signal: AbortSignal | undefined): Database {
  const knex = sqliteKnex(handle);
  let statements = 0;
  const count = (): void => {
    statements += 1;
  };
  const transaction = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => runTransaction(knex, work, count, signal);
  const execute = (sql: string, params?: Params): Promise<number> => {
    count();
    return withRetries(() => affectedBy(knex, 'sqlite', sql, params), { idempotent: false, signal });
  };
  const queries: Queries = {
    engine: 'sqlite',
    json: sqliteJsonTable,
    query: <Row>(sql: string, params?: Params) => {
      count();
      return withRetries(() => rowsOf<Row>(knex, 'sqlite', sql, params), { idempotent: true, signal });
    },
    stream: <Row>(sql: string, params?: Params) => {
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
    get statements() {
      return statements;
    },
    close: async () => {
      await knex.destroy();
      if (handle.isOpen) handle.close();
    },
  };
}

/** Every call begins anew, so a transaction whose BEGIN found the file busy can be tried again as a whole. */
function runTransaction<T>(
  knex: Knex,
  work: (tx: Transaction) => Promise<T>,
  count: () => void,
  signal: AbortSignal | undefined,
): Promise<T> {
  return withRetries(() => knex.transaction((trx) => work(knexTransaction(trx, { engine: 'sqlite', json: sqliteJsonTable }, count))), {
    idempotent: false,
    signal,
  });
}

/** Reads past knex' queue: a consumer that writes between two rows would otherwise wait for itself. */
async function* streamRows<Row>(handle: DatabaseSync, sql: string, params: Params = {}): AsyncGenerator<Row> {
  const bound = atNamed(sql, params);
  const values = Object.fromEntries([...bound.values].map(([name, value]) => [name, toSqlite(value)]));
  let seen = 0;
  for (const row of handle.prepare(bound.sql).iterate(values)) {
    // The caller names the row type of its own SQL.
    yield row as Row;
    seen += 1;
    if (seen % ROWS_PER_TURN === 0) await setImmediate();
  }
}
