import type { Engine } from './database.ts';
import { sqliteType } from './set-forms.ts';
import type { Table } from './schema.ts';

/** The statements that make one table with its indexes; `name` as it is written in SQL (`[User]`, `pondbulk.run`). */
export function createTableSql(engine: Engine, table: Table, name: string): readonly string[] {
  const key = table.primaryKey ?? [];
  const columns = Object.entries(table.columns).map(([column, type]) => columnSql(engine, table, column, type));
  const constraint = key.length > 0 && !countsBySqlite(engine, table) ? [`PRIMARY KEY (${quoted(engine, key)})`] : [];
  const indexes = [
    ...(table.indexes ?? []).map((index) => createIndexSql(engine, name, index)),
    ...(table.unique ?? []).map((index) => createIndexSql(engine, name, index, 'UNIQUE ')),
  ];
  return [`CREATE TABLE ${name} (\n  ${[...columns, ...constraint].join(',\n  ')}\n)`, ...indexes];
}

/** A name as both engines take it, reserved words (User) included. */
export function quote(engine: Engine, name: string): string {
  return engine === 'mssql' ? `[${name}]` : `"${name}"`;
}

function quoted(engine: Engine, names: readonly string[]): string {
  return names.map((name) => quote(engine, name)).join(', ');
}

function columnSql(engine: Engine, table: Table, column: string, type: string): string {
  const name = quote(engine, column);
  const inKey = table.primaryKey?.includes(column) === true;
  if (engine === 'mssql') {
    const counts = inKey && table.identity === true ? ' IDENTITY(1,1)' : '';
    return `${name} ${type}${counts} ${inKey ? 'NOT NULL' : 'NULL'}`;
  }
  if (inKey && countsBySqlite(engine, table)) return `${name} INTEGER PRIMARY KEY AUTOINCREMENT`;
  // SQL Server compares a uniqueidentifier by value, whatever the case of its digits.
  const collation = type === 'uniqueidentifier' ? ' COLLATE NOCASE' : '';
  return `${name} ${sqliteType(type)}${collation}${inKey ? ' NOT NULL' : ''}`;
}

/** AUTOINCREMENT stands in the column itself. Like identity it never gives a number twice, even after a delete. */
function countsBySqlite(engine: Engine, table: Table): boolean {
  return engine === 'sqlite' && table.identity === true;
}

/** The statement that makes an index; `name` of the table as it is written in SQL. */
export function createIndexSql(engine: Engine, name: string, columns: readonly string[], unique: '' | 'UNIQUE ' = ''): string {
  const label = `ix_${name.replaceAll(/\W/g, '_')}_${columns.join('_')}`.replaceAll(/_+/g, '_');
  return `CREATE ${unique}INDEX ${quote(engine, label)} ON ${name} (${quoted(engine, columns)})`;
}
