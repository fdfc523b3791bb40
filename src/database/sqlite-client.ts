import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import knex, { type Knex } from 'knex';
import SqliteTransaction from 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js';
import SqliteDialect from 'knex/lib/dialects/sqlite3/index.js';
import { toSqlite } from './sql-values.ts';

/** What knex hands to a client for one statement. */
interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  readonly options?: { readonly affected?: boolean };
  response?: unknown;
}

/** knex sends a deferred BEGIN, with which a third of concurrent read-then-write transactions fail as busy at once (knex on WAL files). */
class ImmediateTransaction extends SqliteTransaction {
  override begin(connection: unknown): Promise<unknown> {
    return this.query(connection, 'BEGIN IMMEDIATE;');
  }
}

/**
 * knex over Node's own SQLite: no native package to install. All statements share `handle`; knex queues them.
 * With `.options({ affected: true })` a raw statement resolves to the number of changed rows.
 */
export function sqliteKnex(handle: DatabaseSync): Knex {
  class NodeSqliteClient extends SqliteDialect {
    _driver(): object {
      return {};
    }

    acquireRawConnection(): Promise<DatabaseSync> {
      return Promise.resolve(handle);
    }

    /** The handle belongs to the one who opened it. */
    destroyRawConnection(): Promise<void> {
      return Promise.resolve();
    }

    transaction(container: unknown, config: unknown, outer: unknown): ImmediateTransaction {
      return new ImmediateTransaction(this, container, config, outer);
    }

    _query(connection: DatabaseSync, query: Query): Promise<Query> {
      return new Promise((resolve) => {
        const statement = connection.prepare(query.sql);
        const bindings: readonly SQLInputValue[] = (query.bindings ?? []).map(toSqlite);
        // node:sqlite rows have no prototype: spread, so that they compare as the plain objects of other drivers.
        query.response = query.options?.affected
          ? Number(statement.run(...bindings).changes)
          : statement.all(...bindings).map((row) => ({ ...row }));
        resolve(query);
      });
    }

    processResponse(query: Query): unknown {
      return query.response;
    }
  }
  return knex({
    // knex' types know only its public Client; the dialect is one.
    client: NodeSqliteClient as unknown as typeof Knex.Client,
    connection: { filename: 'node:sqlite' },
    useNullAsDefault: true,
    compileSqlOnError: false,
    pool: { min: 1, max: 1 },
  });
}
