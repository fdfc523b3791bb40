import mssql, { type ConnectionPool } from 'mssql';
import { bulkValue } from './bulk-load.ts';
import type { ReadSession, TempColumn, TempRow, TempType } from './database.ts';

/** The driver holds a portion in memory before it sends it. */
const ROWS_PER_PORTION = 10_000;

/** Temporary tables on the one connection of the session's pool. */
export function mssqlTempTables(
  pool: () => Promise<ConnectionPool>,
  turn: <T>(task: () => Promise<T>) => Promise<T>,
  onSend: () => void,
): Pick<ReadSession, 'createTemp' | 'loadTemp'> {
  const tables = new Map<string, readonly TempColumn[]>();
  return {
    createTemp: (name, columns, key) =>
      turn(async () => {
        onSend();
        // A batch: a #table made inside sp_executesql would be gone with it.
        await (await pool()).request().batch(createSql(name, columns, key));
        tables.set(name, columns);
        return `#${name}`;
      }),
    loadTemp: async (name, rows) => {
      const columns = tables.get(name);
      if (columns === undefined) throw new TypeError(`There is no temporary table ${name}: make it with createTemp first`);
      const send = (portion: readonly TempRow[]): Promise<void> =>
        turn(async () => {
          onSend();
          await (await pool()).request().bulk(bulkTable(name, columns, portion));
        });
      return load(rows, send);
    },
  };
}

async function load(rows: AsyncIterable<readonly TempRow[]>, send: (portion: readonly TempRow[]) => Promise<void>): Promise<number> {
  let portion: TempRow[] = [];
  let loaded = 0;
  for await (const page of rows) {
    portion = portion.concat(page);
    if (portion.length < ROWS_PER_PORTION) continue;
    await send(portion);
    loaded += portion.length;
    portion = [];
  }
  if (portion.length > 0) await send(portion);
  return loaded + portion.length;
}

/** tempdb may have another collation than the operator's database: joins on text would be refused. */
function createSql(name: string, columns: readonly TempColumn[], key: string): string {
  const list = columns.map((column) => {
    const type = column.type === 'text' ? 'nvarchar(max)' : column.type;
    return `[${column.name}] ${type}${type.startsWith('nvarchar') ? ' COLLATE DATABASE_DEFAULT' : ''} ${column.name === key ? 'NOT NULL PRIMARY KEY' : 'NULL'}`;
  });
  return `IF OBJECT_ID('tempdb..#${name}') IS NOT NULL DROP TABLE #${name};\nCREATE TABLE #${name} (${list.join(', ')})`;
}

function bulkTable(name: string, columns: readonly TempColumn[], portion: readonly TempRow[]): mssql.Table {
  const table = new mssql.Table(`#${name}`);
  table.create = false;
  for (const column of columns) table.columns.add(column.name, bulkType(column.type), { nullable: true });
  for (const row of portion) table.rows.add(...columns.map((column, at) => bulkValue(column.type, row[at])));
  return table;
}

function bulkType(type: TempType): mssql.ISqlType | (() => mssql.ISqlType) {
  switch (type) {
    case 'int':
      return mssql.Int();
    case 'bigint':
      return mssql.BigInt();
    case 'bit':
      return mssql.Bit();
    case 'datetime':
      return mssql.DateTime();
    case 'text':
    case 'nvarchar(max)':
      return mssql.NVarChar(mssql.MAX);
    default:
      return mssql.NVarChar(Number(type.slice('nvarchar('.length, -1)));
  }
}
