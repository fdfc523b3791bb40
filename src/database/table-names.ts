import type { Queries } from './database.ts';

/** Tables and views in small letters; on SQL Server those outside dbo with their schema. */
export async function tableNames(db: Pick<Queries, 'engine' | 'query'>): Promise<ReadonlySet<string>> {
  const sql =
    db.engine === 'sqlite'
      ? `SELECT name FROM sqlite_master WHERE type IN ('table', 'view')`
      : `SELECT CASE WHEN TABLE_SCHEMA = 'dbo' THEN TABLE_NAME ELSE CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) END AS name FROM INFORMATION_SCHEMA.TABLES`;
  const rows = await db.query<{ name: string }>(sql);
  return new Set(rows.map(({ name }) => name.toLowerCase()));
}
