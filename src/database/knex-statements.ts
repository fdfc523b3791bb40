import type { Knex } from 'knex';
import type { Connection } from 'tedious';
import { bulkLoad, createTempTable } from './bulk-load.ts';
import type { Engine, Params, Transaction } from './database.ts';
import { inTurn } from './in-turn.ts';
import { positional } from './named-params.ts';
import { setOf, setsIn, withSets, type SetForm } from './sets.ts';
import { fromMssql, toMssql } from './sql-values.ts';

/** How an engine is spoken to. */
export interface Dialect {
  readonly engine: Engine;
  readonly set: SetForm;
}

/** Sends one statement through knex and gives its rows, in the value forms of `Queries`. */
export async function rowsOf<Row>(knex: Knex, dialect: Dialect, sql: string, params: Params = {}): Promise<readonly Row[]> {
  const rows = (await raw(knex, dialect, sql, params)) as readonly Record<string, unknown>[];
  // The caller names the row type of its own SQL; nothing here could check it.
  return (dialect.engine === 'mssql' ? rows.map(fromMssql) : rows) as readonly Row[];
}

/** Sends one statement through knex and gives the number of affected rows. */
export async function affectedBy(knex: Knex, dialect: Dialect, sql: string, params: Params = {}): Promise<number> {
  return (await raw(knex, dialect, sql, params).options({ affected: true })) as unknown as number;
}

/** `onSend` counts. Statements go one at a time: knex' SQL Server dialect breaks when two run at once in one transaction. */
export function knexTransaction(trx: Knex.Transaction, dialect: Dialect, onSend: () => void): Transaction {
  const turn = inTurn();
  const send = <T>(sql: string, params: Params = {}, how: (text: string) => Promise<T>): Promise<T> =>
    turn(async () => {
      const text = dialect.engine === 'mssql' ? await withLargeSetsLoaded(trx, sql, params, onSend) : sql;
      onSend();
      return how(text);
    });
  return {
    engine: dialect.engine,
    query: <Row>(sql: string, params?: Params) => send(sql, params, (text) => rowsOf<Row>(trx, dialect, text, params)),
    execute: (sql, params) => send(sql, params, (text) => affectedBy(trx, dialect, text, params)),
  };
}

/** From so many rows on, loading them in bulk (three round trips more) is quicker than having the server read JSON. */
const BULK_FROM_ROWS = 50;

/** Loads the large sets of a statement into temporary tables of the transaction's connection, and names these in their place. */
async function withLargeSetsLoaded(trx: Knex.Transaction, sql: string, params: Params, onSend: () => void): Promise<string> {
  const loaded = new Set<string>();
  for (const [name, columns] of setsIn(sql)) {
    const rows = params[name];
    if (!Array.isArray(rows) || rows.length < BULK_FROM_ROWS) continue;
    onSend();
    await onConnection(trx, async (connection) => {
      await createTempTable(connection, `#set_${name}`, columns);
      await bulkLoad(connection, `#set_${name}`, columns, rows);
    });
    loaded.add(name);
  }
  return loaded.size === 0 ? sql : withSets(sql, (name, columns) => (loaded.has(name) ? `#set_${name}` : setOf(name, columns)));
}

/** A connection of SQL Server for what knex cannot do. That of a transaction is always the transaction's. */
export async function onConnection<T>(knex: Knex, work: (connection: Connection) => Promise<T>): Promise<T> {
  const client = knex.client as { acquireConnection(): Promise<Connection>; releaseConnection(connection: Connection): Promise<void> };
  const connection = await client.acquireConnection();
  try {
    return await work(connection);
  } finally {
    await client.releaseConnection(connection);
  }
}

function raw(knex: Knex, { engine, set }: Dialect, sql: string, params: Params): Knex.Raw {
  const bound = positional(withSets(sql, set), params);
  const values = engine === 'mssql' ? bound.bindings.map(toMssql) : bound.bindings;
  return knex.raw(bound.sql, values as readonly Knex.RawBinding[]);
}
