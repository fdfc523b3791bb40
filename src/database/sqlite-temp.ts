import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Knex } from 'knex';
import type { ReadSession, TempColumn, TempRow } from './database.ts';
import { sqliteType } from './json-table.ts';
import { toSqlite } from './sql-values.ts';

/** Rows per turn on the connection: between portions other statements and the event loop get theirs. */
const ROWS_PER_PORTION = 2000;

/** Temporary tables of the one SQLite connection. They live outside the file, so a read-only one has them too. */
export function sqliteTempTables(handle: DatabaseSync, knex: Knex, onSend: () => void): Pick<ReadSession, 'createTemp' | 'loadTemp'> {
  const tables = new Map<string, readonly TempColumn[]>();
  return {
    createTemp: async (name, columns, key) => {
      onSend();
      await knex.raw(`DROP TABLE IF EXISTS temp."${name}"`);
      await knex.raw(
        `CREATE TABLE temp."${name}" (${columns.map((column) => `"${column.name}" ${sqliteType(column.type)}${column.name === key ? ' PRIMARY KEY' : ''}`).join(', ')})`,
      );
      tables.set(name, columns);
      return `temp."${name}"`;
    },
    loadTemp: async (name, rows) => {
      const columns = tables.get(name);
      if (columns === undefined) throw new TypeError(`There is no temporary table ${name}: make it with createTemp first`);
      onSend();
      const marks = columns.map(() => '?').join(', ');
      const insert = handle.prepare(`INSERT INTO temp."${name}" VALUES (${marks})`);
      const names = columns.map((column) => column.name);
      return load(handle, knex, insert, names, rows);
    },
  };
}

/** One prepared statement, a short transaction per portion: `rows` may itself be a query, which one long transaction would lock out. */
async function load(
  handle: DatabaseSync,
  knex: Knex,
  insert: StatementSync,
  names: readonly string[],
  rows: AsyncIterable<TempRow>,
): Promise<number> {
  let portion: TempRow[] = [];
  let loaded = 0;
  const flush = async (): Promise<void> => {
    const full = portion;
    portion = [];
    await alone(handle, knex, () => {
      for (const row of full) insert.run(...names.map((name) => toSqlite(row[name])));
    });
    loaded += full.length;
  };
  for await (const row of rows) {
    portion.push(row);
    if (portion.length === ROWS_PER_PORTION) await flush();
  }
  if (portion.length > 0) await flush();
  return loaded;
}

/** Waits for the connection, then works in a deferred transaction: one that writes to temporary tables only locks nobody out. */
async function alone(handle: DatabaseSync, knex: Knex, work: () => void): Promise<void> {
  const client = knex.client as { acquireConnection(): Promise<unknown>; releaseConnection(connection: unknown): Promise<void> };
  const connection = await client.acquireConnection();
  try {
    handle.exec('BEGIN');
    try {
      work();
      handle.exec('COMMIT');
    } catch (error) {
      handle.exec('ROLLBACK');
      throw error;
    }
  } finally {
    await client.releaseConnection(connection);
  }
}
