import type { Knex } from 'knex';
import mssql, { type ConnectionPool } from 'mssql';
import type { ConnectionSettings } from '../config/connection.ts';
import { broken } from './broken.ts';
import { bulkLoad } from './bulk-load.ts';
import type { Database, Params, ReadDatabase, Session, Transaction } from './database.ts';
import { affectedBy, knexTransaction, rowsOf, type Dialect } from './knex-statements.ts';
import { withLargeSetsLoaded } from './large-sets.ts';
import { mssqlKnex, onConnection } from './mssql-client.ts';
import { mssqlCalling } from './mssql-procedures.ts';
import { openMssqlSession, streamRows } from './mssql-session.ts';
import { mssqlConnection, mssqlIdentity, poolSize } from './mssql-settings.ts';
import { unreachable } from './mssql-unreachable.ts';
import { assertReads, assertWritesTempOnly } from './read-only-sql.ts';
import { appendWithRetries, withRetries } from './retry.ts';
import { babelfishSet, mssqlSet } from './set-forms.ts';
import { insertSql, withSets } from './sets.ts';

export interface MssqlOptions {
  readonly onAway?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Connections for statements, and as many for procedures; streams and the session have their own. */
  readonly poolSize?: number | undefined;
}

const POOL_SIZE = 8;
const STREAMS = 4;
/** From so many rows on a bulk load (one round trip more) is quicker than having the server read JSON. */
const APPEND_IN_BULK_FROM = 10;

/** Opens a SQL Server. Rejects with PondBulkError: config when it is not reached, credentials when it lets nobody in. */
export async function openMssql(settings: ConnectionSettings, options: MssqlOptions = {}): Promise<Database> {
  const { signal, onAway } = options;
  const waits = { signal, onAway };
  const explain = broken(mssqlIdentity(settings));
  const size = poolSize(settings, options.poolSize ?? POOL_SIZE);
  const knex = mssqlKnex(settings, size);
  let dialect: Dialect;
  try {
    dialect = await withRetries(() => dialectOf(knex), { idempotent: true, awayMs: 0, signal });
  } catch (error) {
    await knex.destroy();
    signal?.throwIfAborted();
    throw unreachable(error, settings);
  }
  let statements = 1;
  const count = (): void => {
    statements += 1;
  };
  const session = openMssqlSession(settings, dialect.set, count);
  const streams = lazyPool(settings, poolSize(settings, STREAMS));
  const callers = lazyPool(settings, size);
  const calling = mssqlCalling(callers.get, dialect.set, count);
  return {
    engine: 'mssql',
    identity: mssqlIdentity(settings),
    session,
    query: <Row>(sql: string, params?: Params) => {
      count();
      return withRetries(() => rowsOf<Row>(knex, dialect, sql, params), { idempotent: true, ...waits }).catch(explain);
    },
    stream: async function* stream<Row extends readonly unknown[]>(sql: string, params?: Params) {
      try {
        yield* streamRows<Row>(streams.get, withSets(sql, dialect.set), params, count, (task) => task());
      } catch (error) {
        explain(error);
      }
    },
    execute: (sql, params) => {
      count();
      return withRetries(() => affectedBy(knex, dialect, sql, params), { idempotent: false, ...waits }).catch(explain);
    },
    transaction: (work, { findsItself } = { findsItself: false }) =>
      withRetries(() => runTransaction(knex, dialect, work, count), { idempotent: findsItself, ...waits }).catch(explain),
    append: (table, columns, rows, isThere) => {
      count();
      const append = (): Promise<void> =>
        rows.length < APPEND_IN_BULK_FROM
          ? affectedBy(knex, dialect, insertSql(table, columns), { rows }).then(() => undefined)
          : onConnection(knex, (connection) => bulkLoad(connection, table, columns, rows));
      return appendWithRetries(append, isThere, waits).catch(explain);
    },
    calling: (work) => withRetries(() => calling(work), { idempotent: false, ...waits }).catch(explain),
    get statements() {
      return statements;
    },
    close: async () => {
      await Promise.all([knex.destroy(), session.close(), streams.close(), callers.close()]);
    },
  };
}

/** Only what reads, and #tables: each statement is looked at before it is sent. */
export async function openMssqlReadOnly(settings: ConnectionSettings, options: MssqlOptions = {}): Promise<ReadDatabase> {
  const db = await openMssql(settings, options);
  return {
    engine: db.engine,
    identity: db.identity,
    ...readsOnly(db),
    session: {
      engine: db.engine,
      createTemp: db.session.createTemp,
      loadTemp: db.session.loadTemp,
      ...readsOnly(db.session),
      execute: async (sql, params) => {
        assertWritesTempOnly(sql);
        return db.session.execute(sql, params);
      },
    },
    get statements() {
      return db.statements;
    },
    close: db.close,
  };
}

/** Asks the server who it is: Babelfish (Aurora PostgreSQL's TDS side) reads JSON in its own way. */
async function dialectOf(knex: Knex): Promise<Dialect> {
  const [row] = await rowsOf<{ version: string | null }>(
    knex,
    { engine: 'mssql', set: mssqlSet },
    `SELECT CAST(SERVERPROPERTY('BabelfishVersion') AS nvarchar(50)) AS version`,
  );
  return { engine: 'mssql', set: row?.version == null ? mssqlSet : babelfishSet, loadSets: withLargeSetsLoaded };
}

async function runTransaction<T>(knex: Knex, dialect: Dialect, work: (tx: Transaction) => Promise<T>, count: () => void): Promise<T> {
  try {
    return await knex.transaction((trx) => work(knexTransaction(trx, dialect, count)));
  } catch (error) {
    // knex makes an error of `work` its own `originalError`: a circle that no JSON log survives.
    if (error instanceof Error && 'originalError' in error && error.originalError === error) delete error.originalError;
    throw error;
  }
}

function readsOnly(queries: Database | Session): Pick<ReadDatabase, 'query' | 'stream'> {
  return {
    query: async <Row>(sql: string, params?: Params) => {
      assertReads(sql);
      return queries.query<Row>(sql, params);
    },
    stream: <Row extends readonly unknown[]>(sql: string, params?: Params) => {
      assertReads(sql);
      return queries.stream<Row>(sql, params);
    },
  };
}

function lazyPool(
  settings: ConnectionSettings,
  max: number,
): { readonly get: () => Promise<ConnectionPool>; readonly close: () => Promise<void> } {
  let opening: Promise<ConnectionPool> | null = null;
  return {
    get: () =>
      (opening ??= new mssql.ConnectionPool(mssqlConnection(settings, { min: 0, max })).connect().catch((error: unknown) => {
        // The next one asks again: the server may be back.
        opening = null;
        throw error;
      })),
    close: async () => {
      // One that never opened has nothing to close, and its error was told where it was asked for.
      await (await opening?.catch(() => null))?.close();
    },
  };
}
