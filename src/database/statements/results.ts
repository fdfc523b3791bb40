import type { DeviceState, RowError, RowResult } from '../../domain/result.ts';
import type { RowStatus } from '../../domain/status.ts';
import type { Queries } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { IS_OPEN_ENDED, STATUS } from './runs.ts';
import { setOf } from '../sets.ts';

export type ResultRow = readonly [
  line: number,
  iccid: string,
  phoneNumber: string | null,
  provider: string | null,
  bulkChangeId: string,
  status: RowStatus,
  before: string | null,
  after: string | null,
  attempts: number,
  ms: number,
  message: string | null,
  error: string | null,
  cells: string,
  /** What an earlier stop said of it is no longer so. */
  isOpenEnded: number,
];

/** In the order of ResultRow, from `resultTables`. */
export const RESULT_COLUMNS = `mine.line, mine.iccid, mine.phone_number, provider.DisplayName, CAST(mine.bulk_change_id AS nvarchar(30)), ${STATUS},
      mine.before_state, mine.after_state, mine.attempt, mine.ms,
      mine.message, mine.error, mine.cells, CASE WHEN ${IS_OPEN_ENDED} THEN 1 ELSE 0 END`;

/** Our rows (`mine`) of the bulk changes in the parameter `bulk_changes`, with their providers. */
export function resultTables({ engine }: Pick<Queries, 'engine'>): string {
  return `${ownTable(engine, 'change_row')} AS mine
    JOIN ${setOf('bulk_changes', { id: 'bigint' })} AS wanted ON wanted.id = mine.bulk_change_id
    LEFT JOIN ServiceProvider AS provider ON provider.id = mine.provider_id`;
}

/** Of a row that was begun and has no verdict: its run was killed, stopped before it came to it, or is at it. */
const OPEN_ENDED: RowError = {
  code: 'INTERRUPTED',
  class: 'unknown',
  retryable: false,
  http: null,
  message: 'It was begun, and it is not known yet how it ends',
  hint: 'pond-bulk resume goes on',
};

/** How every row of these bulk changes stands, in the order of the list. */
export async function* streamResults(db: Queries, bulkChangeIds: readonly string[]): AsyncIterable<RowResult> {
  const rows = db.stream<ResultRow>(
    `
    SELECT ${RESULT_COLUMNS}
    FROM ${resultTables(db)}
    ORDER BY mine.line, mine.id`,
    { bulk_changes: bulkChangeIds.map((id) => ({ id })) },
  );
  for await (const page of rows) for (const row of page) yield resultOf(row);
}

export function resultOf([
  line,
  iccid,
  phoneNumber,
  provider,
  bulkChangeId,
  status,
  before,
  after,
  attempts,
  ms,
  message,
  error,
  cells,
  isOpenEnded,
]: ResultRow): RowResult {
  const isEndless = isOpenEnded === 1;
  return {
    line,
    iccid,
    phoneNumber,
    provider,
    bulkChangeId,
    status,
    before: before === null ? null : (JSON.parse(before) as DeviceState),
    after: after === null ? null : (JSON.parse(after) as DeviceState),
    attempts,
    ms,
    message: isEndless ? OPEN_ENDED.message : (message ?? ''),
    error: isEndless ? OPEN_ENDED : error === null ? null : (JSON.parse(error) as RowError),
    cells: JSON.parse(cells) as readonly string[],
  };
}
