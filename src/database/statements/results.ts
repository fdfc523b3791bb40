import type { DeviceState, RowError, RowResult } from '../../domain/result.ts';
import type { RowStatus } from '../../domain/status.ts';
import type { Queries } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { STATUS } from './runs.ts';

interface ResultRow {
  readonly line: number;
  readonly iccid: string;
  readonly phone_number: string | null;
  readonly provider: string | null;
  readonly bulk_change_id: string;
  readonly status: RowStatus;
  readonly before_state: string | null;
  readonly after_state: string | null;
  readonly attempt: number;
  readonly ms: number;
  readonly message: string | null;
  readonly error: string | null;
  readonly cells: string;
}

/** How every row of these bulk changes stands, in the order of the list. */
export async function* streamResults(db: Queries, bulkChangeIds: readonly string[]): AsyncIterable<RowResult> {
  const rows = db.stream<ResultRow>(
    `
    SELECT mine.line, mine.iccid, mine.phone_number, provider.DisplayName AS provider, CAST(mine.bulk_change_id AS nvarchar(30)) AS bulk_change_id, ${STATUS} AS status,
      mine.before_state, mine.after_state, mine.attempt, mine.ms, mine.message, mine.error, mine.cells
    FROM ${ownTable(db.engine, 'change_row')} AS mine
    JOIN ${db.json('bulk_changes', { id: 'bigint' })} AS wanted ON wanted.id = mine.bulk_change_id
    LEFT JOIN ServiceProvider AS provider ON provider.id = mine.provider_id
    ORDER BY mine.line, mine.id`,
    { bulk_changes: JSON.stringify(bulkChangeIds.map((id) => ({ id }))) },
  );
  for await (const row of rows) yield resultOf(row);
}

function resultOf(row: ResultRow): RowResult {
  return {
    line: row.line,
    iccid: row.iccid,
    phoneNumber: row.phone_number,
    provider: row.provider,
    bulkChangeId: row.bulk_change_id,
    status: row.status,
    before: row.before_state === null ? null : (JSON.parse(row.before_state) as DeviceState),
    after: row.after_state === null ? null : (JSON.parse(row.after_state) as DeviceState),
    attempts: row.attempt,
    ms: row.ms,
    message: row.message ?? (row.status === 'UNKNOWN' ? 'The run was stopped while it was under way' : ''),
    error: row.error === null ? null : (JSON.parse(row.error) as RowError),
    cells: JSON.parse(row.cells) as readonly string[],
  };
}
