import type { SetColumns, SetRow } from './sets.ts';

/** Named values of a statement: `:name` in its text. `undefined` is written as NULL; a set (sets.ts) is an array of objects. */
export type Params = Readonly<Record<string, unknown>>;

export type Engine = 'sqlite' | 'mssql';

export type TempType = 'int' | 'bigint' | 'text' | `nvarchar(${number})` | 'nvarchar(max)' | 'bit' | 'datetime';

/** A column of a temporary table. */
export interface TempColumn {
  readonly name: string;
  readonly type: TempType;
}

/** A row to load into a temporary table: its values in the order of the columns. */
export type TempRow = readonly unknown[];

/**
 * What both engines promise about values: bit comes back as 0 or 1, datetime as text `yyyy-MM-dd HH:mm:ss.SSS` in UTC.
 * bigint does not: it is a string on SQL Server and a number on SQLite, so ids go through `String(…)`.
 */
export interface Queries {
  readonly engine: Engine;
  query<Row>(sql: string, params?: Params): Promise<readonly Row[]>;
  /**
   * Rows a page at a time, with flat memory however many there are; each an array of its values in the order of the SELECT, which is
   * a third faster to read than objects. Ends the statement when the consumer stops early.
   */
  stream<Row extends readonly unknown[]>(sql: string, params?: Params): AsyncIterable<readonly Row[]>;
}

/**
 * The one held connection on which temporary tables live. Opened by its first use.
 * Statements run one after another: on SQL Server a statement sent while its `stream` is read waits for the end of that, so a
 * consumer must not await one between two pages.
 */
export interface ReadSession extends Queries {
  /** Makes (or makes anew) a temporary table with `key` as its primary key; `name` comes without `#`. Resolves to the name to use in SQL. */
  createTemp(name: string, columns: readonly TempColumn[], key: string): Promise<string>;
  /** Bulk loads a table made by `createTemp`, with flat memory. Resolves to the number of rows. */
  loadTemp(name: string, rows: AsyncIterable<readonly TempRow[]>): Promise<number>;
  /** Affected rows. On a read-only database only temporary tables can be written to. */
  execute(sql: string, params?: Params): Promise<number>;
}

/** A transaction, or what may be one: statements that write. */
export interface Session extends ReadSession {
  /** A transaction that sees the temporary tables. Never tried again by itself: its connection holds their rows. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** A database that cannot be written to, by construction: this is all a dry run gets. */
export interface ReadDatabase extends Queries {
  /** Server and database, or the absolute file: never credentials. */
  readonly identity: string;
  readonly session: ReadSession;
  /** How many statements were sent so far. */
  readonly statements: number;
  close(): Promise<void>;
}

/** A database that may be written to. */
export interface Database extends ReadDatabase {
  readonly session: Session;
  /** Affected rows. Tried again only after errors that say that nothing was committed. */
  execute(sql: string, params?: Params): Promise<number>;
  /**
   * Commits when `work` resolves, rolls back when it rejects. `work` may be run again after a transient error, so it keeps its
   * effects inside `tx`; it must not use the database itself (on SQLite that would wait for its own transaction).
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Inserts rows: all of them, or none. For our own tables. Where a lost answer leaves open whether they were committed, `isThere` is
   * asked before they are sent again.
   */
  append(table: string, columns: SetColumns, rows: readonly SetRow[], isThere: () => Promise<boolean>): Promise<void>;
  /** A transaction that can call stored procedures; null where there are none (SQLite). Tried again as `transaction` is. */
  readonly calling: Calling | null;
}

export interface TransactionOptions {
  /** `work` finds out itself whether it was committed before: it is run again after a lost COMMIT too. */
  readonly findsItself: boolean;
}

export type Calling = <T>(work: (tx: ProcedureTransaction) => Promise<T>) => Promise<T>;

/** A transaction in which a procedure may be called. */
export interface ProcedureTransaction extends Transaction {
  /** Binds by name; `outputs` are declared OUTPUT. Rejects with the driver's error when the procedure raises one. */
  call(
    name: string,
    inputs: ReadonlyMap<string, string | number | null>,
    outputs: readonly { readonly name: string; readonly type: string }[],
  ): Promise<ProcedureSaid>;
}

/** What a procedure answered. */
export interface ProcedureSaid {
  /** Its RETURN value, 0 when it has none. */
  readonly returned: number;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What it printed. */
  readonly messages: readonly string[];
}

/** Statements of one transaction. They are sent one at a time, whatever the caller awaits. */
export interface Transaction extends Pick<Queries, 'engine' | 'query'> {
  execute(sql: string, params?: Params): Promise<number>;
}
