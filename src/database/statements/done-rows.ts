import { CUSTOMER_ASSIGNED } from '../../domain/assignment.ts';
import type { Change } from '../../domain/change.ts';
import type { DoneRow } from '../../domain/done-row.ts';
import type { Queries } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { RESULT_COLUMNS, resultOf, resultTables, type ResultRow } from './results.ts';

type DoneRowRow = readonly [...ResultRow, subject: string | null, isHalfDone: number];

/** How every row of these bulk changes stands, with what a rollback looks at, in the order of the list. */
export async function* streamDoneRows(db: Queries, bulkChangeIds: readonly string[]): AsyncIterable<DoneRow> {
  const rows = db.stream<DoneRowRow>(
    `
    SELECT ${RESULT_COLUMNS}, mine.subject,
      CASE WHEN mine.status IN ('FAILED', 'STALE', 'NOT_STARTED') AND EXISTS (
        SELECT 1 FROM ${ownTable(db.engine, 'journal')} AS entry
        WHERE entry.row_id = mine.id
          AND (entry.data LIKE '%"ended":"done"%' OR (entry.step = '${CUSTOMER_ASSIGNED}' AND entry.attempt < mine.attempt))) THEN 1 ELSE 0 END
    FROM ${resultTables(db)}
    ORDER BY mine.line, mine.id`,
    { bulk_changes: bulkChangeIds.map((id) => ({ id })) },
  );
  for await (const page of rows) {
    for (const row of page) {
      const [line, iccid, phoneNumber, provider, bulkChangeId, status, before, after, attempts, ms, message, error, cells, subject, half] =
        row;
      yield {
        result: resultOf([line, iccid, phoneNumber, provider, bulkChangeId, status, before, after, attempts, ms, message, error, cells]),
        change: subject === null ? null : (JSON.parse(subject) as Change),
        isHalfDone: half === 1,
      };
    }
  }
}
