import type { Knex } from 'knex';
import type { Engine, Params, Transaction } from './database.ts';
import { inTurn } from './in-turn.ts';
import type { JsonTable } from './json-table.ts';
import { positional } from './named-params.ts';
import { fromMssql, toMssql } from './sql-values.ts';

/** Sends one statement through knex and gives its rows, in the value forms of `Queries`. */
export async function rowsOf<Row>(knex: Knex, engine: Engine, sql: string, params: Params = {}): Promise<readonly Row[]> {
  const rows = (await raw(knex, engine, sql, params)) as readonly Record<string, unknown>[];
  // The caller names the row type of its own SQL; nothing here could check it.
  return (engine === 'mssql' ? rows.map(fromMssql) : rows) as readonly Row[];
}

/** Sends one statement through knex and gives the number of affected rows. */
export async function affectedBy(knex: Knex, engine: Engine, sql: string, params: Params = {}): Promise<number> {
  return (await raw(knex, engine, sql, params).options({ affected: true })) as unknown as number;
}

/** `onSend` counts. Statements go one at a time: knex' SQL Server dialect breaks when two run at once in one transaction. */
export function knexTransaction(
  trx: Knex.Transaction,
  { engine, json }: { readonly engine: Engine; readonly json: JsonTable },
  onSend: () => void,
): Transaction {
  const turn = inTurn();
  return {
    engine,
    json,
    query: <Row>(sql: string, params?: Params) =>
      turn(() => {
        onSend();
        return rowsOf<Row>(trx, engine, sql, params);
      }),
    execute: (sql, params) =>
      turn(() => {
        onSend();
        return affectedBy(trx, engine, sql, params);
      }),
  };
}

function raw(knex: Knex, engine: Engine, sql: string, params: Params): Knex.Raw {
  const bound = positional(sql, params);
  const values = engine === 'mssql' ? bound.bindings.map(toMssql) : bound.bindings;
  return knex.raw(bound.sql, values as readonly Knex.RawBinding[]);
}
