import mssql, { type ConnectionPool, type Request, type Transaction as DriverTransaction } from 'mssql';
import type { ConnectionSettings } from '../config/connection.ts';
import { PondBulkError } from '../domain/errors.ts';
import type { Params, Session, Transaction } from './database.ts';
import { inTurn } from './in-turn.ts';
import { mssqlConnection, mssqlIdentity } from './mssql-settings.ts';
import { mssqlTempTables } from './mssql-temp.ts';
import { atNamed } from './named-params.ts';
import { isAway } from './retry.ts';
import { withSets, type SetForm } from './sets.ts';
import { fromMssql, toMssql, valueFromMssql } from './sql-values.ts';

const ROWS_PER_PAGE = 500;

/** One connection that is kept for temporary tables. */
export interface HeldSession extends Session {
  close(): Promise<void>;
}

/** A session on one connection of its own, opened by its first use. It is not tried again: a new connection has no #tables. */
export function openMssqlSession(settings: ConnectionSettings, form: SetForm, onSend: () => void): HeldSession {
  let opening: Promise<ConnectionPool> | null = null;
  let connections = 0;
  /** Which of them holds our #tables. */
  let home: number | null = null;
  const beforeConnect = (): void => {
    connections += 1;
  };
  const pool = (): Promise<ConnectionPool> =>
    (opening ??= new mssql.ConnectionPool({ ...mssqlConnection(settings, { min: 1, max: 1 }), beforeConnect }).connect());
  const inOrder = inTurn();
  /** The pool puts a new connection in the place of a lost one: what fails there, fails because the #tables are gone. */
  const explain = (error: unknown): never => {
    if (error instanceof PondBulkError) throw error;
    if (!isAway(error) && (home === null || connections === home)) throw error;
    throw new PondBulkError(
      'broken',
      'DATABASE_CONNECTION_LOST',
      `The connection to ${mssqlIdentity(settings)} was lost while the list was being looked at. Run the command again`,
      { cause: error },
    );
  };
  const turn = <T>(task: () => Promise<T>): Promise<T> =>
    inOrder(async () => {
      const done = await task().catch(explain);
      home ??= connections;
      return done;
    });
  return {
    engine: 'mssql',
    ...mssqlTempTables(pool, turn, onSend),
    query: <Row>(sql: string, params?: Params) =>
      turn(async () => rows<Row>((await pool()).request(), withSets(sql, form), params, onSend)),
    execute: (sql, params) => turn(async () => affected((await pool()).request(), withSets(sql, form), params, onSend)),
    stream: async function* stream<Row extends readonly unknown[]>(sql: string, params?: Params) {
      try {
        yield* streamRows<Row>(pool, withSets(sql, form), params, onSend, turn);
      } catch (error) {
        explain(error);
      }
    },
    transaction: (work) => turn(async () => driverTransaction(await pool(), form, onSend, work)),
    close: async () => {
      // One that never opened has nothing to close, and its error was told where it was asked for.
      await (await opening?.catch(() => null))?.close();
    },
  };
}

/** Pages of rows with backpressure. The connection is the stream's until it ends; `turn` keeps other statements away so long. */
export async function* streamRows<Row extends readonly unknown[]>(
  pool: () => Promise<ConnectionPool>,
  sql: string,
  params: Params | undefined,
  onSend: () => void,
  turn: <T>(task: () => Promise<T>) => Promise<T>,
): AsyncGenerator<readonly Row[]> {
  const ended = Promise.withResolvers<void>();
  const started = Promise.withResolvers<Request>();
  const held = turn(async () => {
    started.resolve((await pool()).request());
    await ended.promise;
  });
  held.catch(started.reject);
  try {
    const request = await started.promise;
    const text = bind(request, sql, params);
    onSend();
    request.arrayRowMode = true;
    const stream = request.toReadableStream();
    request.query(text).catch(() => undefined); // The same error ends the stream.
    let isRead = false;
    try {
      let page: Row[] = [];
      for await (const row of stream) {
        // The caller names the row type of its own SQL.
        page.push((row as readonly unknown[]).map(valueFromMssql) as readonly unknown[] as Row);
        if (page.length < ROWS_PER_PAGE) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
      isRead = true;
    } finally {
      if (!isRead) request.cancel();
    }
  } finally {
    ended.resolve();
  }
}

/** A transaction of mssql's own pool. `work` gets the driver's too, for what `Transaction` does not have. */
export async function driverTransaction<T>(
  pool: ConnectionPool,
  form: SetForm,
  onSend: () => void,
  work: (tx: Transaction, driver: DriverTransaction) => Promise<T>,
): Promise<T> {
  const transaction = pool.transaction();
  await transaction.begin(mssql.ISOLATION_LEVEL.READ_COMMITTED);
  try {
    const turn = inTurn();
    const tx: Transaction = {
      engine: 'mssql',
      query: <Row>(sql: string, params?: Params) => turn(() => rows<Row>(transaction.request(), withSets(sql, form), params, onSend)),
      execute: (sql, params) => turn(() => affected(transaction.request(), withSets(sql, form), params, onSend)),
    };
    const value = await work(tx, transaction);
    await transaction.commit();
    return value;
  } catch (error) {
    // XACT_ABORT has ended it after an error of the server; then there is nothing left to roll back.
    await transaction.rollback().catch(() => undefined);
    throw error;
  }
}

async function rows<Row>(request: Request, sql: string, params: Params | undefined, onSend: () => void): Promise<readonly Row[]> {
  onSend();
  const { recordsets } = await request.query<Record<string, unknown>>(bind(request, sql, params));
  // Those of triggers come before those of the statement.
  const last = Array.isArray(recordsets) ? recordsets.at(-1) : undefined;
  // The caller names the row type of its own SQL.
  return (last ?? []).map(fromMssql) as readonly Row[];
}

async function affected(request: Request, sql: string, params: Params | undefined, onSend: () => void): Promise<number> {
  onSend();
  const { rowsAffected } = await request.query(bind(request, sql, params));
  return rowsAffected.reduce((sum, count) => sum + count, 0);
}

function bind(request: Request, sql: string, params: Params = {}): string {
  const bound = atNamed(sql, params);
  for (const [name, value] of bound.values) request.input(name, toMssql(value));
  return bound.sql;
}
