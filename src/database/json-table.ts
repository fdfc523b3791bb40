import type { Engine } from './database.ts';

/** A derived table over one JSON array parameter (see `Queries.json`). Nested objects are sent as JSON text of their own. */
export function jsonTable(engine: Engine, parameter: string, columns: Readonly<Record<string, string>>): string {
  const entries = Object.entries(columns);
  if (engine === 'mssql') {
    return `OPENJSON(:${parameter}) WITH (${entries.map(([name, type]) => `[${name}] ${type} '$.${name}'`).join(', ')})`;
  }
  // The casts give the columns an affinity, so that comparing them with a live key column can use its index.
  const list = entries.map(([name, type]) => `CAST(json_extract(value, '$.${name}') AS ${sqliteType(type)}) AS "${name}"`);
  return `(SELECT ${list.join(', ')} FROM json_each(:${parameter}))`;
}

/** The SQLite type with the affinity that suits a T-SQL type. */
export function sqliteType(type: string): 'INTEGER' | 'NUMERIC' | 'REAL' | 'TEXT' {
  if (/^(int|bigint|smallint|tinyint|bit)\b/i.test(type)) return 'INTEGER';
  if (/^(decimal|numeric|money)\b/i.test(type)) return 'NUMERIC';
  return /^(float|real)\b/i.test(type) ? 'REAL' : 'TEXT';
}
