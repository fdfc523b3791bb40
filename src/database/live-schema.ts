import type { Queries } from './database.ts';

/** A column as the live database declares it. */
export interface LiveColumn {
  /** In small letters, without its width: `nvarchar`. */
  readonly type: string;
  /** An INSERT that leaves it out is refused: NOT NULL without a default, and not counted or computed by the server. */
  readonly mustBeGiven: boolean;
}

/** A table or view as it is in the database. */
export interface LiveTable {
  /** By name, in small letters. */
  readonly columns: ReadonlyMap<string, LiveColumn>;
  /** Columns that come first in an index, in small letters. */
  readonly indexed: ReadonlySet<string>;
}

/** Tables and views by name in small letters, those outside dbo with their schema: what this login may see. */
export type LiveSchema = ReadonlyMap<string, LiveTable>;

interface ColumnRow {
  readonly table_name: string;
  readonly column_name: string;
  readonly type: string;
  readonly must_be_given: number | boolean;
}

interface IndexRow {
  readonly table_name: string;
  readonly column_name: string;
}

const COLUMNS = {
  sqlite: `
    SELECT held.name AS table_name, col.name AS column_name, col.type AS type,
      CASE WHEN col."notnull" = 1 AND col.dflt_value IS NULL AND NOT (col.pk > 0 AND UPPER(col.type) = 'INTEGER') THEN 1 ELSE 0 END AS must_be_given
    FROM sqlite_master AS held
    JOIN pragma_table_info(held.name) AS col
    WHERE held.type IN ('table', 'view')`,
  mssql: `
    SELECT CASE WHEN SCHEMA_NAME(held.schema_id) = 'dbo' THEN held.name ELSE CONCAT(SCHEMA_NAME(held.schema_id), '.', held.name) END AS table_name,
      col.name AS column_name, kind.name AS type,
      CASE WHEN col.is_nullable = 0 AND col.is_identity = 0 AND col.is_computed = 0 AND col.default_object_id = 0 AND kind.name <> 'timestamp'
        THEN 1 ELSE 0 END AS must_be_given
    FROM sys.objects AS held
    JOIN sys.columns AS col ON col.object_id = held.object_id
    JOIN sys.types AS kind ON kind.user_type_id = col.user_type_id
    WHERE held.type IN ('U', 'V')`,
} as const;

const INDEXES = {
  sqlite: `
    SELECT held.name AS table_name, col.name AS column_name
    FROM sqlite_master AS held
    JOIN pragma_index_list(held.name) AS made
    JOIN pragma_index_info(made.name) AS col ON col.seqno = 0
    WHERE held.type = 'table'
    UNION
    SELECT held.name, col.name
    FROM sqlite_master AS held
    JOIN pragma_table_info(held.name) AS col ON col.pk = 1
    WHERE held.type = 'table'`,
  mssql: `
    SELECT CASE WHEN SCHEMA_NAME(held.schema_id) = 'dbo' THEN held.name ELSE CONCAT(SCHEMA_NAME(held.schema_id), '.', held.name) END AS table_name,
      col.name AS column_name
    FROM sys.index_columns AS part
    JOIN sys.objects AS held ON held.object_id = part.object_id
    JOIN sys.columns AS col ON col.object_id = part.object_id AND col.column_id = part.column_id
    WHERE part.key_ordinal = 1 AND held.type IN ('U', 'V')`,
} as const;

/** Reads what is there. Objects that the login has no permission on are not in it. */
export async function readLiveSchema(db: Pick<Queries, 'engine' | 'query'>): Promise<LiveSchema> {
  const columns = await db.query<ColumnRow>(COLUMNS[db.engine]);
  const indexes = await db.query<IndexRow>(INDEXES[db.engine]);
  const indexedOf = Map.groupBy(indexes, (row) => row.table_name.toLowerCase());
  const columnsOf = Map.groupBy(columns, (row) => row.table_name.toLowerCase());
  return new Map(
    [...columnsOf].map(([table, rows]) => [
      table,
      {
        columns: new Map(
          rows.map((row) => [
            row.column_name.toLowerCase(),
            { type: row.type.toLowerCase().replace(/\(.*$/, '').trim(), mustBeGiven: Number(row.must_be_given) === 1 },
          ]),
        ),
        indexed: new Set((indexedOf.get(table) ?? []).map((row) => row.column_name.toLowerCase())),
      },
    ]),
  );
}
