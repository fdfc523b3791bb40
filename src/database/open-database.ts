import { PondBulkError } from '../domain/errors.ts';
import type { Database, ReadDatabase } from './database.ts';
import { openSqlite, openSqliteReadOnly } from './sqlite-database.ts';

export interface OpenOptions {
  /** Ends waits between tries. */
  readonly signal?: AbortSignal;
  /** SQL Server: connections for statements. */
  readonly poolSize?: number;
  /** SQLite: makes the file when there is none (`db migrate`). */
  readonly create?: boolean;
}

const SQLITE = 'sqlite:';
const MSSQL = 'mssql://';

/** Loaded when it is needed: the drivers are a third of the program's start, and of its memory. */
const mssqlDriver = () => import('./mssql-database.ts');

/** Opens `sqlite:FILE` or `mssql://…` and asks it something. Rejects with DATABASE_UNREACHABLE or DATABASE_LOGIN_REFUSED. */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  options.signal?.throwIfAborted();
  if (url.startsWith(SQLITE)) return openSqlite(url.slice(SQLITE.length), options);
  if (url.startsWith(MSSQL)) return (await mssqlDriver()).openMssql(url, options);
  throw unknownScheme();
}

/** The same for what must not write: a SQLite file opened read-only, or functions that read and #tables alone. */
export async function openReadOnlyDatabase(url: string): Promise<ReadDatabase> {
  if (url.startsWith(SQLITE)) return openSqliteReadOnly(url.slice(SQLITE.length));
  if (url.startsWith(MSSQL)) return (await mssqlDriver()).openMssqlReadOnly(url);
  throw unknownScheme();
}

function unknownScheme(): PondBulkError {
  return new PondBulkError('config', 'DATABASE_URL_INVALID', 'DATABASE_URL must begin with mssql:// or sqlite:');
}
