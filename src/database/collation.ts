import type { Engine } from './database.ts';

/**
 * A text (or another column) that is compared with a column of the operator's. Columns may have collations of their own, and SQL Server
 * refuses to choose between two (error 468); where both are the database's, this changes nothing, and the column's index is used.
 */
export function besideColumn(engine: Engine, expression: string): string {
  return engine === 'mssql' ? `${expression} COLLATE DATABASE_DEFAULT` : expression;
}

/** A text that is compared character by character, as SQLite does: most databases of SQL Server take `a` and `A` for the same. */
export function exactly(engine: Engine, expression: string): string {
  return engine === 'mssql' ? `${expression} COLLATE Latin1_General_BIN2` : expression;
}
