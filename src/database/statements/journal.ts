import type { JournalData, JournalEntry } from '../../run/journal.ts';
import type { Database, Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { msOfSqlTime, sqlTime } from '../sql-time.ts';
import { insertSql, setOf, type SetColumns, type SetRow } from '../sets.ts';

const COLUMNS: SetColumns = {
  row_id: 'bigint',
  attempt: 'int',
  n: 'int',
  step: 'nvarchar(100)',
  kind: 'nvarchar(10)',
  at: 'datetime',
  data: 'nvarchar(max)',
};

/** Appends entries: all of them, or none. */
export function appendJournal(db: Database, entries: readonly JournalEntry[]): Promise<void> {
  return db.append(ownTable(db.engine, 'journal'), COLUMNS, entries.map(rowOf));
}

/** Appends entries as a part of something else. */
export async function insertJournal(tx: Transaction, entries: readonly JournalEntry[]): Promise<void> {
  await tx.execute(insertSql(ownTable(tx.engine, 'journal'), COLUMNS), { rows: entries.map(rowOf) });
}

function rowOf({ rowId, attempt, n, step, at, data }: JournalEntry): SetRow {
  return { row_id: rowId, attempt, n, step, kind: data.kind, at: sqlTime(at), data: JSON.stringify(data) };
}

/** The journal of these rows, each in its order. */
export async function readJournal(db: Database, rowIds: readonly string[]): Promise<ReadonlyMap<string, readonly JournalEntry[]>> {
  const rows = await db.query<{ row_id: string; attempt: number; n: number; step: string; at: string | Date; data: string }>(
    `
    SELECT CAST(entry.row_id AS nvarchar(30)) AS row_id, entry.attempt, entry.n, entry.step, entry.at, entry.data
    FROM ${ownTable(db.engine, 'journal')} AS entry
    JOIN ${setOf('rows', { id: 'bigint' })} AS wanted ON wanted.id = entry.row_id
    ORDER BY entry.row_id, entry.n`,
    { rows: rowIds.map((id) => ({ id })) },
  );
  const byRow = new Map<string, JournalEntry[]>();
  for (const row of rows) {
    const rowId = row.row_id;
    const entries = byRow.get(rowId) ?? [];
    entries.push({
      rowId,
      attempt: row.attempt,
      n: row.n,
      step: row.step,
      at: msOfSqlTime(row.at),
      data: JSON.parse(row.data) as JournalData,
    });
    byRow.set(rowId, entries);
  }
  return byRow;
}
