import type { SQLInputValue } from 'node:sqlite';
import { sqlTime } from './sql-time.ts';

/** A value as SQLite stores it: bit as 0 or 1, datetime as text, a set as JSON. */
export function toSqlite(value: unknown): SQLInputValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Date) return sqlTime(value.getTime());
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return JSON.stringify(value);
  throw new TypeError(`A ${typeof value} cannot be a value in SQL`);
}

/** A value as tedious binds it. It takes no bigint; the server converts the digits. */
export function toMssql(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'bigint') return String(value);
  return Array.isArray(value) ? JSON.stringify(value) : value;
}

/** A row of SQL Server with the value forms of SQLite, so that no caller needs to know which engine answered. */
export function fromMssql(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) plain[name] = valueFromMssql(value);
  return plain;
}

/** A value of the driver as the program wants it: dates as UTC texts, bits as numbers. */
export function valueFromMssql(value: unknown): unknown {
  return value instanceof Date ? sqlTime(value.getTime()) : typeof value === 'boolean' ? Number(value) : value;
}
