import type { JournalData, JournalEntry } from '../../run/journal.ts';
import type { Database, Queries, Transaction } from '../database.ts';
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
export async function appendJournal(db: Database, entries: readonly JournalEntry[]): Promise<void> {
  // All are there or none is, so the first one tells whether a lost answer was a commit.
  await db.append(ownTable(db.engine, 'journal'), COLUMNS, entries.map(rowOf), () => isThere(db, entries[0]));
}

async function isThere(db: Database, entry: JournalEntry | undefined): Promise<boolean> {
  if (entry === undefined) return true;
  const found = await db.query(`SELECT 1 AS found FROM ${ownTable(db.engine, 'journal')} WHERE row_id = :rowId AND n = :n`, {
    rowId: entry.rowId,
    n: entry.n,
  });
  return found.length > 0;
}

/** Appends entries as a part of something else. */
export async function insertJournal(tx: Transaction, entries: readonly JournalEntry[]): Promise<void> {
  await tx.execute(insertSql(ownTable(tx.engine, 'journal'), COLUMNS), { rows: entries.map(rowOf) });
}

function rowOf({ rowId, attempt, n, step, at, data }: JournalEntry): SetRow {
  return { row_id: rowId, attempt, n, step, kind: data.kind, at: sqlTime(at), data: JSON.stringify(data) };
}

/** The journal of these rows, each in its order. */
export async function readJournal(
  db: Pick<Queries, 'engine' | 'query'>,
  rowIds: readonly string[],
): Promise<ReadonlyMap<string, readonly JournalEntry[]>> {
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
    // Written twice when the answer of an append came to nothing, and its commit came after that.
    if (entries.at(-1)?.n === row.n) continue;
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
