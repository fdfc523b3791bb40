import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Knex } from 'knex';
import type { ReadSession, TempColumn, TempRow } from './database.ts';
import { sqliteType } from './set-forms.ts';
import { toSqlite } from './sql-values.ts';

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
      return load(handle, knex, insert, rows);
    },
  };
}

/** One prepared statement, a short transaction per page: `rows` may itself be a query, which one long transaction would lock out. */
async function load(handle: DatabaseSync, knex: Knex, insert: StatementSync, rows: AsyncIterable<readonly TempRow[]>): Promise<number> {
  let loaded = 0;
  for await (const page of rows) {
    await alone(handle, knex, () => {
      for (const row of page) insert.run(...row.map(toSqlite));
    });
    loaded += page.length;
  }
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
