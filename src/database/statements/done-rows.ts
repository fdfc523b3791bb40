import { ASSOCIATE, CUSTOMER_ASSIGNED } from '../../domain/assignment.ts';
import type { Change } from '../../domain/change.ts';
import type { DoneRow } from '../../domain/done-row.ts';
import type { Queries } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { RESULT_COLUMNS, resultOf, resultTables, type ResultRow } from './results.ts';

type DoneRowRow = readonly [subject: string | null, wasSent: number, isAssigned: number, ...ResultRow];

const DONE = `entry.data LIKE '%"ended":"done"%'`;

/** How every row of these bulk changes stands, with what a rollback looks at, in the order of the list. */
export async function* streamDoneRows(db: Queries, bulkChangeIds: readonly string[]): AsyncIterable<DoneRow> {
  // Of rows that came to their end their status tells enough.
  const journaled = (what: string): string => `
      CASE WHEN mine.status IN ('FAILED', 'STALE', 'NOT_STARTED') AND EXISTS (
        SELECT 1 FROM ${ownTable(db.engine, 'journal')} AS entry WHERE entry.row_id = mine.id AND (${what})) THEN 1 ELSE 0 END`;
  const rows = db.stream<DoneRowRow>(
    `
    SELECT mine.subject,${journaled(`entry.step <> '${ASSOCIATE}' AND ${DONE}`)},${journaled(
      // A note of the last attempt may be of one that came to nothing.
      `(entry.step = '${ASSOCIATE}' AND ${DONE}) OR (entry.step = '${CUSTOMER_ASSIGNED}' AND entry.attempt < mine.attempt)`,
    )},
      ${RESULT_COLUMNS}
    FROM ${resultTables(db)}
    ORDER BY mine.line, mine.id`,
    { bulk_changes: bulkChangeIds.map((id) => ({ id })) },
  );
  for await (const page of rows) for (const row of page) yield doneRow(row);
}

function doneRow([subject, wasSent, isAssigned, ...row]: DoneRowRow): DoneRow {
  return {
    result: resultOf(row),
    // Written by ourselves.
    change: subject === null ? null : (JSON.parse(subject) as Change),
    wasSent: wasSent === 1,
    isAssigned: isAssigned === 1,
  };
}
