import type { JournalData, JournalEntry } from '../../run/journal.ts';
import type { Database, Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { msOfSqlTime, sqlTime } from '../sql-time.ts';

/** Appends entries in their order, in one statement. */
export async function insertJournal(db: Pick<Transaction, 'engine' | 'json' | 'execute'>, entries: readonly JournalEntry[]): Promise<void> {
  await db.execute(
    `
    INSERT INTO ${ownTable(db.engine, 'journal')} (row_id, attempt, n, step, kind, at, data)
    SELECT CAST(entry.row_id AS nvarchar(30)) AS row_id, entry.attempt, entry.n, entry.step, entry.kind, entry.at, entry.data
    FROM ${db.json('entries', { i: 'int', row_id: 'bigint', attempt: 'int', n: 'int', step: 'nvarchar(100)', kind: 'nvarchar(10)', at: 'datetime', data: 'nvarchar(max)' })} AS entry
    ORDER BY entry.i`,
    {
      entries: JSON.stringify(
        entries.map(({ rowId, attempt, n, step, at, data }, i) => ({
          i,
          row_id: rowId,
          attempt,
          n,
          step,
          kind: data.kind,
          at: sqlTime(at),
          data: JSON.stringify(data),
        })),
      ),
    },
  );
}

/** The journal of these rows, each in its order. */
export async function readJournal(db: Database, rowIds: readonly string[]): Promise<ReadonlyMap<string, readonly JournalEntry[]>> {
  const rows = await db.query<{ row_id: string; attempt: number; n: number; step: string; at: string | Date; data: string }>(
    `
    SELECT CAST(entry.row_id AS nvarchar(30)) AS row_id, entry.attempt, entry.n, entry.step, entry.at, entry.data
    FROM ${ownTable(db.engine, 'journal')} AS entry
    JOIN ${db.json('rows', { id: 'bigint' })} AS wanted ON wanted.id = entry.row_id
    ORDER BY entry.row_id, entry.id`,
    { rows: JSON.stringify(rowIds.map((id) => ({ id }))) },
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
