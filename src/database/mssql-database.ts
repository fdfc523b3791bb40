import type { Knex } from 'knex';
import mssql, { type ConnectionPool } from 'mssql';
import type { ConnectionSettings } from '../config/connection.ts';
import type { Database, Params, ReadDatabase, Session, Transaction } from './database.ts';
import { babelfishJsonTable, mssqlJsonTable, type JsonTable } from './json-table.ts';
import { affectedBy, knexTransaction, rowsOf } from './knex-statements.ts';
import { mssqlKnex } from './mssql-client.ts';
import { mssqlCalling } from './mssql-procedures.ts';
import { openMssqlSession, streamRows } from './mssql-session.ts';
import { mssqlConnection, mssqlIdentity, poolSize } from './mssql-settings.ts';
import { unreachable } from './mssql-unreachable.ts';
import { assertReads, assertWritesTempOnly } from './read-only-sql.ts';
import { withRetries } from './retry.ts';

export interface MssqlOptions {
  readonly signal?: AbortSignal | undefined;
  /** Connections for statements, and as many for procedures; streams and the session have their own. */
  readonly poolSize?: number | undefined;
}

const POOL_SIZE = 8;
const STREAMS = 4;

export async function openMssql(settings: ConnectionSettings, options: MssqlOptions = {}): Promise<Database> {
  const { signal } = options;
  const size = poolSize(settings, options.poolSize ?? POOL_SIZE);
  const knex = mssqlKnex(settings, size);
  let json: JsonTable;
  try {
    json = await withRetries(() => jsonTableOf(knex), { idempotent: true, signal });
  } catch (error) {
    await knex.destroy();
    signal?.throwIfAborted();
    throw unreachable(error, settings);
  }
  let statements = 1;
  const count = (): void => {
    statements += 1;
  };
  const session = openMssqlSession(settings, json, count);
  const streams = lazyPool(settings, poolSize(settings, STREAMS));
  const callers = lazyPool(settings, size);
  const calling = mssqlCalling(callers.get, json, count);
  return {
    engine: 'mssql',
    identity: mssqlIdentity(settings),
    session,
    json,
    query: <Row>(sql: string, params?: Params) => {
      count();
      return withRetries(() => rowsOf<Row>(knex, 'mssql', sql, params), { idempotent: true, signal });
    },
    stream: <Row extends readonly unknown[]>(sql: string, params?: Params) =>
      streamRows<Row>(streams.get, sql, params, count, (task) => task()),
    execute: (sql, params) => {
      count();
      return withRetries(() => affectedBy(knex, 'mssql', sql, params), { idempotent: false, signal });
    },
    transaction: (work) => withRetries(() => runTransaction(knex, json, work, count), { idempotent: false, signal }),
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
export async function openMssqlReadOnly(settings: ConnectionSettings, options: MssqlOptions = {}): Promise<ReadDatabase> {
  const db = await openMssql(settings, options);
  return {
    engine: db.engine,
    identity: db.identity,
    json: db.json,
    ...readsOnly(db),
    session: {
      engine: db.engine,
      json: db.json,
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
async function jsonTableOf(knex: Knex): Promise<JsonTable> {
  const [row] = await rowsOf<{ version: string | null }>(
    knex,
    'mssql',
    `SELECT CAST(SERVERPROPERTY('BabelfishVersion') AS nvarchar(50)) AS version`,
  );
  return row?.version == null ? mssqlJsonTable : babelfishJsonTable;
}

async function runTransaction<T>(knex: Knex, json: JsonTable, work: (tx: Transaction) => Promise<T>, count: () => void): Promise<T> {
  try {
    return await knex.transaction((trx) => work(knexTransaction(trx, { engine: 'mssql', json }, count)));
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
    get: () => (opening ??= new mssql.ConnectionPool(mssqlConnection(settings, { min: 0, max })).connect()),
    close: async () => {
      await (await opening)?.close();
    },
  };
}
