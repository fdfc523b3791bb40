import knex, { type Knex } from 'knex';
import MssqlDialect from 'knex/lib/dialects/mssql/index.js';
import type { Connection, Request } from 'tedious';
import type { ConnectionSettings } from '../config/connection.ts';
import { driverConfig, poolWaits } from './mssql-settings.ts';

/** What knex hands to a client for one statement. */
interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  readonly options?: { readonly affected?: boolean };
  response?: unknown;
}

interface Column {
  readonly value: unknown;
  readonly metadata: { readonly colName: string };
}

/**
 * knex' dialect keeps one queue of requests for all connections: statements of one transaction then run on the connection of
 * another, outside of it (directus #27699, knex #1806). Here every connection has its own.
 * With `.options({ affected: true })` a raw statement resolves to the number of affected rows.
 */
class SafeMssqlClient extends MssqlDialect {
  /** tedious' configuration as it is: the dialect's own translation has other names and defaults, and lacks some settings. */
  override _generateConnection(): unknown {
    return this.connectionSettings;
  }

  _chomp(connection: Connection): void {
    // `state` is tedious' own: a request sent in any other state would be refused.
    const isIdle = (connection as unknown as { state: { name: string } }).state.name === 'LoggedIn';
    const next = isIdle ? queueOf(connection).shift() : undefined;
    if (next !== undefined) connection.execSql(next);
  }

  _enqueueRequest(request: Request, connection: Connection): void {
    queueOf(connection).push(request);
    this._chomp(connection);
  }

  override _query(connection: Connection, query: Query): Promise<Query> {
    return new Promise((resolve, reject) => {
      const rows: Record<string, unknown>[] = [];
      const request = this._makeRequest(query, (error, affected) => {
        if (error !== null) {
          reject(error);
          return;
        }
        query.response = query.options?.affected === true ? (affected ?? 0) : rows;
        process.nextTick(() => this._chomp(connection));
        resolve(query);
      });
      // Rows that a trigger selects come before those of the statement.
      request.on('columnMetadata', () => (rows.length = 0));
      request.on('row', (columns: readonly Column[]) => {
        rows.push(Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, value])));
      });
      this._assignBindings(request, query.bindings ?? []);
      this._enqueueRequest(request, connection);
    });
  }

  processResponse(query: Query): unknown {
    return query.response;
  }
}

const nothing = (): void => undefined;
const SILENT = { warn: nothing, error: nothing, deprecate: nothing, debug: nothing };

/** Outside of the class: knex makes the client of a transaction with Object.create, which has no private fields. */
const waiting = new WeakMap<Connection, Request[]>();

function queueOf(connection: Connection): Request[] {
  const known = waiting.get(connection);
  if (known !== undefined) return known;
  const queue: Request[] = [];
  waiting.set(connection, queue);
  return queue;
}

/** knex with its SQL for SQL Server, on connections of ours. */
export function mssqlKnex(settings: ConnectionSettings, poolSize: number): Knex {
  const waits = poolWaits(settings);
  return knex({
    // knex' types know only its public Client; the dialect is one.
    client: SafeMssqlClient as unknown as typeof Knex.Client,
    // Nor its own form of settings: _generateConnection takes these as they are.
    connection: driverConfig(settings) as unknown as Knex.StaticConnectionConfig,
    // The error text would hold every value of the statement.
    compileSqlOnError: false,
    // It would print a failed connect to stderr, past every redaction; the error comes back to the caller anyway.
    log: SILENT,
    acquireConnectionTimeout: waits.acquireTimeoutMillis,
    pool: { min: 0, max: poolSize, ...waits },
  });
}

/** A connection of SQL Server for what knex cannot do. That of a transaction is always the transaction's. */
export async function onConnection<T>(knex: Knex, work: (connection: Connection) => Promise<T>): Promise<T> {
  const client = knex.client as { acquireConnection(): Promise<Connection>; releaseConnection(connection: Connection): Promise<void> };
  const connection = await client.acquireConnection();
  try {
    return await work(connection);
  } finally {
    await client.releaseConnection(connection);
  }
}
