import type { config as MssqlConfig } from 'mssql';
import { PondBulkError } from '../domain/errors.ts';

/** Where and how to log in, read once from DATABASE_URL for both drivers (knex and mssql each keep their own pool). */
export interface MssqlSettings {
  readonly server: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly encrypt: boolean;
  readonly trustServerCertificate: boolean;
}

/** Claims and saves of 5,000 rows take longer than tedious' 15 s on a busy server. */
const REQUEST_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 15_000;

/** Reads `mssql://user:password@host:1433/database?encrypt=true&trustServerCertificate=false`. Its errors never repeat the URL. */
export function parseMssqlUrl(text: string): MssqlSettings {
  const url = URL.parse(text);
  const database = url === null ? '' : decodeURIComponent(url.pathname.slice(1));
  if (url === null || url.hostname === '' || database === '' || url.username === '') {
    throw new PondBulkError(
      'config',
      'DATABASE_URL_INVALID',
      'DATABASE_URL must look like mssql://user:password@host:1433/database (special characters in the password as %XX)',
    );
  }
  return {
    server: url.hostname,
    port: url.port === '' ? 1433 : Number(url.port),
    database,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    // In clear only when somebody wrote so.
    encrypt: url.searchParams.get('encrypt') !== 'false',
    trustServerCertificate: url.searchParams.get('trustServerCertificate') === 'true',
  };
}

/** Server and database for messages. */
export function mssqlIdentity({ server, port, database }: MssqlSettings): string {
  return `${server}:${port}/${database}`;
}

/** The connection of knex' dialect, which hands `options` to tedious. */
export function knexConnection(settings: MssqlSettings): Readonly<Record<string, unknown>> {
  const { server, port, database, user, password, encrypt } = settings;
  return {
    server,
    port,
    database,
    user,
    password,
    encrypt,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    options: driverOptions(settings),
  };
}

/** The same for mssql's pool. It would ask `SELECT 1` before every request; looking at the socket saves that round trip. */
export function mssqlConnection(settings: MssqlSettings, pool: { readonly min: number; readonly max: number }): MssqlConfig {
  const { server, port, database, user, password } = settings;
  return {
    server,
    port,
    database,
    user,
    password,
    pool,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    options: driverOptions(settings),
    validateConnection: 'socket',
  };
}

function driverOptions({ encrypt, trustServerCertificate }: MssqlSettings) {
  return {
    encrypt,
    trustServerCertificate,
    appName: 'pond-bulk',
    useUTC: true,
    // XACT_ABORT: an error leaves no half transaction open.
    abortTransactionOnError: true,
  };
}
