// The dialect classes that knex has no types for. They are its inner parts, hence the exact version in package.json.
declare module 'knex/lib/dialects/sqlite3/index.js' {
  export default class SqliteDialect {
    constructor(config: unknown);
  }
}
declare module 'knex/lib/dialects/sqlite3/execution/sqlite-transaction.js' {
  export default class SqliteTransaction {
    constructor(client: unknown, container: unknown, config: unknown, outer: unknown);
    begin(connection: unknown): Promise<unknown>;
    query(connection: unknown, sql: string): Promise<unknown>;
  }
}
declare module 'knex/lib/dialects/mssql/index.js' {
  export default class MssqlDialect {
    constructor(config: unknown);
    connectionSettings: unknown;
    _generateConnection(): unknown;
    _makeRequest(query: unknown, callback: (error: Error | null, rowCount?: number) => void): import('tedious').Request;
    _assignBindings(request: import('tedious').Request, bindings: readonly unknown[]): void;
    _query(connection: unknown, query: unknown): Promise<unknown>;
  }
}
