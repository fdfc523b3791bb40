import type { Database, Transaction } from '../database/database.ts';
import { OPERATOR_TABLES } from '../database/operator-schema.ts';
import { quote } from '../database/schema-sql.ts';
import type { SampleData, SampleRow } from './sample/data.ts';
import { setOf } from '../database/sets.ts';

/** Rows in one statement: their JSON stays small. */
const ROWS_PER_INSERT = 5000;

/** Writes sample rows into the operator's tables, which are there already. All of them, or none. */
export function seedDatabase(db: Database, { tables }: SampleData): Promise<void> {
  return db.transaction(async (tx) => {
    for (const [table, rows] of Object.entries(tables)) {
      for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) await insertRows(tx, table, rows.slice(from, from + ROWS_PER_INSERT));
    }
  });
}

async function insertRows(tx: Transaction, name: string, rows: readonly SampleRow[]): Promise<void> {
  const columns = OPERATOR_TABLES.find((table) => table.name === name)?.columns;
  const given = [...new Set(rows.flatMap(Object.keys))];
  const types = Object.fromEntries(given.map((column) => [column, setType(columns?.[column])]));
  await tx.execute(
    `
    INSERT INTO ${quote(tx.engine, name)} (${given.map((column) => quote(tx.engine, column)).join(', ')})
    SELECT ${given.map((column) => quote(tx.engine, column)).join(', ')}
    FROM ${setOf('rows', types)} AS sample`,
    { rows: rows },
  );
}

function setType(type: string | undefined): string {
  if (type === undefined) throw new TypeError('The sample data names a column that is not in the schema');
  return type;
}
