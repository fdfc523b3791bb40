import { resolve } from 'node:path';

import { readConnection, type ConnectionSettings } from '../config/connection.ts';
import { ConnectionProblem } from '../config/connection-values.ts';
import { PondBulkError } from '../domain/errors.ts';
import type { Database, Engine, ReadDatabase } from './database.ts';
import { mssqlIdentity } from './mssql-settings.ts';

export interface OpenOptions {
  /** Ends waits between tries. */
  readonly signal?: AbortSignal;
  /** Told when a database that went away is waited for. */
  readonly onAway?: (message: string) => void;
  /** SQL Server: statements at once, each on a connection of its own; maxPoolSize of the settings may lower it. */
  readonly poolSize?: number;
  /** SQLite: makes the file when there is none (`db migrate`). */
  readonly create?: boolean;
}

const SQLITE = 'sqlite:';

/** Loaded when they are needed: SQL Server's drivers are a third of the program's start, and of its memory. */
const mssqlDriver = () => import('./mssql-database.ts');
const sqliteDriver = () => import('./sqlite-database.ts');

/** Opens `sqlite:FILE`, `mssql://…` or a connection string and asks it something. Rejects with DATABASE_UNREACHABLE or DATABASE_LOGIN_REFUSED. */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  options.signal?.throwIfAborted();
  if (url.startsWith(SQLITE)) return (await sqliteDriver()).openSqlite(url.slice(SQLITE.length), options);
  return (await mssqlDriver()).openMssql(connectionOf(url), options);
}

/** The same for what must not write: a SQLite file opened read-only, or functions that read and #tables alone. */
export async function openReadOnlyDatabase(url: string, options: OpenOptions = {}): Promise<ReadDatabase> {
  if (url.startsWith(SQLITE)) return (await sqliteDriver()).openSqliteReadOnly(url.slice(SQLITE.length));
  return (await mssqlDriver()).openMssqlReadOnly(connectionOf(url), options);
}

/** Server and database, or the absolute file, that a URL names; without connecting, and never credentials. */
export function identityOf(url: string): string {
  return url.startsWith(SQLITE) ? resolve(url.slice(SQLITE.length)) : mssqlIdentity(connectionOf(url));
}

/** The engine that DATABASE_URL is for. */
export function engineOf(url: string): Engine {
  return url.startsWith(SQLITE) ? 'sqlite' : 'mssql';
}

function connectionOf(text: string): ConnectionSettings {
  try {
    return readConnection(text);
  } catch (error) {
    if (error instanceof ConnectionProblem) throw new PondBulkError('config', 'DATABASE_URL_INVALID', `DATABASE_URL ${error.message}`);
    throw error;
  }
}
