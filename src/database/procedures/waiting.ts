import type { JournalData } from '../../run/journal.ts';
import type { Database } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import type { CallingRow } from './call.ts';

/** The rows of a bulk change that wait for a procedure which is called once for all of them. */
export async function findWaiting(db: Database, bulkChangeId: string, now: number): Promise<readonly CallingRow[]> {
  const journal = ownTable(db.engine, 'journal');
  const rows = await db.query<{ row_id: string | number; attempt: number; n: number; step: string; data: string }>(
    `
    SELECT entry.row_id, entry.attempt, entry.n, entry.step, entry.data
    FROM ${ownTable(db.engine, 'change_row')} AS mine
    JOIN ${journal} AS entry ON entry.row_id = mine.id AND entry.kind = 'waiting'
    WHERE mine.bulk_change_id = :bulkChangeId AND mine.status = 'ACCEPTED'
      AND NOT EXISTS (SELECT 1 FROM ${journal} AS later WHERE later.row_id = mine.id AND later.n > entry.n)
    ORDER BY mine.id`,
    { bulkChangeId },
  );
  return rows.flatMap(({ row_id: rowId, attempt, n, step, data: text }) => {
    const data = JSON.parse(text) as JournalData;
    return data.kind === 'waiting' ? [{ call: data.call, entry: { rowId: String(rowId), attempt, n: n + 1, step, at: now } }] : [];
  });
}
