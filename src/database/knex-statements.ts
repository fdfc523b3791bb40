import type { Knex } from 'knex';
import type { Engine, Params, Transaction } from './database.ts';
import { inTurn } from './in-turn.ts';
import { positional } from './named-params.ts';
import { withSets, type SetForm } from './sets.ts';
import { fromMssql, toMssql } from './sql-values.ts';

/** How an engine is spoken to. */
export interface Dialect {
  readonly engine: Engine;
  readonly set: SetForm;
  /** Puts the large sets of a transaction's statement where the server reads them quicker, and answers the SQL that names them there. */
  readonly loadSets?: LoadSets;
}

/** `onSend` counts. */
export type LoadSets = (trx: Knex.Transaction, sql: string, params: Params, onSend: () => void) => Promise<string>;

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
      const text = dialect.loadSets === undefined ? sql : await dialect.loadSets(trx, sql, params, onSend);
      onSend();
      return how(text);
    });
  return {
    engine: dialect.engine,
    query: <Row>(sql: string, params?: Params) => send(sql, params, (text) => rowsOf<Row>(trx, dialect, text, params)),
    execute: (sql, params) => send(sql, params, (text) => affectedBy(trx, dialect, text, params)),
  };
}

function raw(knex: Knex, { engine, set }: Dialect, sql: string, params: Params): Knex.Raw {
  const bound = positional(withSets(sql, set), params);
  const values = engine === 'mssql' ? bound.bindings.map(toMssql) : bound.bindings;
  return knex.raw(bound.sql, values as readonly Knex.RawBinding[]);
}
