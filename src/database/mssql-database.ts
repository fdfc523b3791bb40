import type { Knex } from 'knex';
import mssql, { type ConnectionPool } from 'mssql';
import { PondBulkError } from '../domain/errors.ts';
import { bulkLoad } from './bulk-load.ts';
import type { Database, Params, ReadDatabase, Session, Transaction } from './database.ts';
import { affectedBy, knexTransaction, onConnection, rowsOf, type Dialect } from './knex-statements.ts';
import { mssqlKnex } from './mssql-client.ts';
import { mssqlCalling } from './mssql-procedures.ts';
import { openMssqlSession, streamRows } from './mssql-session.ts';
import { mssqlConnection, mssqlIdentity, parseMssqlUrl, type MssqlSettings } from './mssql-settings.ts';
import { assertReads, assertWritesTempOnly } from './read-only-sql.ts';
import { withRetries } from './retry.ts';
import { babelfishSet, mssqlSet } from './set-forms.ts';
import { insertSql, withSets } from './sets.ts';

export interface MssqlOptions {
  readonly signal?: AbortSignal | undefined;
  /** Connections for statements; streams and the session have their own. */
  readonly poolSize?: number | undefined;
}

const POOL_SIZE = 8;
const STREAMS = 4;
const CALLERS = 8;
/** From so many rows on a bulk load (one round trip more) is quicker than having the server read JSON. */
const APPEND_IN_BULK_FROM = 10;

/** "Login failed" and "cannot open database requested by the login". */
const LOGIN_REFUSED = new Set([18456, 18452, 4060]);

export async function openMssql(url: string, options: MssqlOptions = {}): Promise<Database> {
  const settings = parseMssqlUrl(url);
  const { signal } = options;
  const knex = mssqlKnex(settings, options.poolSize ?? POOL_SIZE);
  let dialect: Dialect;
  try {
    dialect = await withRetries(() => dialectOf(knex), { idempotent: true, signal });
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
  const streams = lazyPool(settings, STREAMS);
  const callers = lazyPool(settings, CALLERS);
  const calling = mssqlCalling(callers.get, dialect.set, count);
  return {
    engine: 'mssql',
    identity: mssqlIdentity(settings),
    session,
    query: <Row>(sql: string, params?: Params) => {
      count();
      return withRetries(() => rowsOf<Row>(knex, dialect, sql, params), { idempotent: true, signal });
    },
    stream: <Row extends readonly unknown[]>(sql: string, params?: Params) =>
      streamRows<Row>(streams.get, withSets(sql, dialect.set), params, count, (task) => task()),
    execute: (sql, params) => {
      count();
      return withRetries(() => affectedBy(knex, dialect, sql, params), { idempotent: false, signal });
    },
    transaction: (work) => withRetries(() => runTransaction(knex, dialect, work, count), { idempotent: false, signal }),
    append: (table, columns, rows) => {
      count();
      return rows.length < APPEND_IN_BULK_FROM
        ? affectedBy(knex, dialect, insertSql(table, columns), { rows }).then(() => undefined)
        : onConnection(knex, (connection) => bulkLoad(connection, table, columns, rows));
    },
    calling: (work) => withRetries(() => calling(work), { idempotent: false, signal }),
    get statements() {
      return statements;
    },
    close: async () => {
      await Promise.all([knex.destroy(), session.close(), streams.close(), callers.close()]);
    },
  };
}

/** Only what reads, and #tables: each statement is looked at before it is sent. */
export async function openMssqlReadOnly(url: string): Promise<ReadDatabase> {
  const db = await openMssql(url);
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
  return { engine: 'mssql', set: row?.version == null ? mssqlSet : babelfishSet };
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
  settings: MssqlSettings,
  max: number,
): { readonly get: () => Promise<ConnectionPool>; readonly close: () => Promise<void> } {
  let opening: Promise<ConnectionPool> | null = null;
  return {
    get: () => (opening ??= new mssql.ConnectionPool(mssqlConnection(settings, { min: 0, max })).connect()),
    close: async () => {
      await (await opening)?.close();
    },
  };
}

/** What the driver says about a failed connect, without anything of the URL but server, database and user. */
function unreachable(cause: unknown, settings: MssqlSettings): PondBulkError {
  const where = mssqlIdentity(settings);
  const number = typeof cause === 'object' && cause !== null && 'number' in cause ? cause.number : null;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
  if (code === 'ELOGIN' || (typeof number === 'number' && LOGIN_REFUSED.has(number))) {
    return new PondBulkError(
      'credentials',
      'DATABASE_LOGIN_REFUSED',
      `The database server ${where} refused the login of ${settings.user}. Check user, password and database in DATABASE_URL`,
      { cause },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PondBulkError(
    'config',
    'DATABASE_UNREACHABLE',
    `The database ${where} cannot be reached: ${withoutSecret(reason, settings.password)}`,
    { cause },
  );
}

function withoutSecret(text: string, secret: string): string {
  return secret === '' ? text : text.replaceAll(secret, '***');
}
