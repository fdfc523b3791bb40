import { Request, TYPES, type Connection } from 'tedious';
import type { SetColumns, SetRow } from './sets.ts';

type DataType = (typeof TYPES)[keyof typeof TYPES];

/** Makes an empty temporary table of the connection. `table` begins with `#`. */
export function createTempTable(connection: Connection, table: string, columns: SetColumns): Promise<void> {
  const list = Object.entries(columns).map(([name, type]) => `[${name}] ${type}${type.startsWith('nvarchar') ? COLLATION : ''} NULL`);
  // A batch: a #table made inside sp_executesql would be gone with it.
  return batch(connection, `IF OBJECT_ID('tempdb..${table}') IS NOT NULL DROP TABLE ${table};\nCREATE TABLE ${table} (${list.join(', ')})`);
}

/** tempdb may have another collation than the operator's database: joins on text would be refused. */
const COLLATION = ' COLLATE DATABASE_DEFAULT';

/** Loads rows in one bulk operation: all of them, or none. Triggers fire and constraints hold, as with an INSERT. */
export function bulkLoad(connection: Connection, table: string, columns: SetColumns, rows: readonly SetRow[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const load = connection.newBulkLoad(table, { checkConstraints: true, fireTriggers: true }, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
    for (const [name, type] of Object.entries(columns)) load.addColumn(name, dataType(type), { nullable: true, ...lengthOf(type) });
    const types = Object.entries(columns);
    connection.execBulkLoad(
      load,
      rows.map((row) => types.map(([name, type]) => bulkValue(type, row[name]))),
    );
  });
}

function batch(connection: Connection, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.execSqlBatch(
      new Request(sql, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(error);
      }),
    );
  });
}

function dataType(type: string): DataType {
  switch (type.replace(/\(.*/, '')) {
    case 'int':
      return TYPES.Int;
    case 'bigint':
      return TYPES.BigInt;
    case 'bit':
      return TYPES.Bit;
    case 'datetime':
      return TYPES.DateTime;
    case 'decimal':
      return TYPES.Decimal;
    case 'nvarchar':
      return TYPES.NVarChar;
    default:
      throw new TypeError(`A set cannot have a column of type ${type}`);
  }
}

function lengthOf(type: string): { length?: number; precision?: number; scale?: number } {
  const [first = '', second = '0'] = /\((.*)\)/.exec(type)?.[1]?.split(',') ?? [];
  if (type.startsWith('decimal')) return { precision: Number(first), scale: Number(second) };
  if (!type.startsWith('nvarchar')) return {};
  return { length: first === 'max' ? Number.POSITIVE_INFINITY : Number(first) };
}

/** Values as tedious' bulk load wants them: it converts less than a parameter does. */
export function bulkValue(type: string, value: unknown): string | number | boolean | Date | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint') {
    throw new TypeError(`A ${typeof value} cannot be loaded into a column of type ${type}`);
  }
  if (type === 'int' || type.startsWith('decimal')) return Number(value);
  if (type === 'bit') return Boolean(Number(value));
  if (type === 'datetime') return new Date(`${String(value).replace(' ', 'T')}Z`);
  // bigint too: tedious takes its digits as text, exactly.
  return String(value);
}
