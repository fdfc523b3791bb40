import type { Engine } from './database.ts';

/** The name of one of our own tables: in a schema of its own on SQL Server, prefixed on SQLite. */
export function ownTable(engine: Engine, name: string): string {
  return engine === 'mssql' ? `pondbulk.${name}` : `pondbulk_${name}`;
}
