import type { Portal } from '../../domain/effect.ts';
import type { DeviceChapter, LifeAudit, LifeStep } from '../../domain/device-life.ts';
import type { DeviceState, RowError } from '../../domain/result.ts';
import { commandOf, rollbackOf } from '../../domain/rollback-of.ts';
import type { RunRecord } from '../../domain/run-store.ts';
import type { RowStatus } from '../../domain/status.ts';
import type { JournalData, JournalEntry } from '../../run/journal.ts';
import type { ReadDatabase } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { PORTALS, type LiveNames } from '../portals.ts';
import { setOf } from '../sets.ts';
import { sqlTime } from '../sql-time.ts';
import { readJournal } from './journal.ts';
import { STATUS } from './runs.ts';

interface ChapterRow {
  readonly id: string;
  readonly change_id: string | null;
  readonly portal: Portal;
  readonly run: string;
  readonly command: string;
  readonly options: string;
  readonly operator: string;
  readonly reason: string | null;
  readonly started_at: string;
  readonly bulk_change_id: string;
  readonly provider: string | null;
  readonly line: number;
  readonly iccid: string;
  readonly phone_number: string | null;
  readonly status: RowStatus;
  readonly message: string | null;
  readonly error: string | null;
  readonly before_state: string | null;
  readonly after_state: string | null;
  readonly attempt: number;
}

/** No phone number has so many digits (E.164: 15). */
const SHORTEST_ICCID = 18;

/** Every change of ours of the device with this ICCID or phone number, the oldest first. */
export async function findDeviceLife(db: ReadDatabase, key: string, live: LiveNames): Promise<readonly DeviceChapter[]> {
  const rows = await db.query<ChapterRow>(
    `
    SELECT CAST(mine.id AS nvarchar(30)) AS id, CAST(mine.device_change_id AS nvarchar(30)) AS change_id, mine.portal,
      run.id AS run, run.command, run.options, run.operator, run.reason, run.started_at, CAST(mine.bulk_change_id AS nvarchar(30)) AS bulk_change_id,
      COALESCE(provider.DisplayName, provider.Name) AS provider, mine.line, mine.iccid, mine.phone_number, ${STATUS} AS status,
      mine.message, mine.error, mine.before_state, mine.after_state, mine.attempt
    FROM ${ownTable(db.engine, 'change_row')} AS mine
    JOIN ${ownTable(db.engine, 'run')} AS run ON run.id = mine.run_id
    LEFT JOIN ServiceProvider AS provider ON provider.id = mine.provider_id
    WHERE mine.${key.length < SHORTEST_ICCID ? 'phone_number' : 'iccid'} = :key
    ORDER BY run.started_at, mine.id`,
    { key },
  );
  const journal = await readJournal(
    db,
    rows.map(({ id }) => id),
  );
  const audit = await findAudit(db, rows, live);
  return rows.map((row) => chapterOf(row, journal.get(row.id) ?? [], audit.get(row.id) ?? []));
}

function chapterOf(row: ChapterRow, journal: readonly JournalEntry[], audit: readonly LifeAudit[]): DeviceChapter {
  const recorded = { command: row.command, options: JSON.parse(row.options) as RunRecord['options'] };
  return {
    run: row.run,
    command: commandOf(recorded),
    rollbackOf: rollbackOf(recorded),
    operator: row.operator,
    reason: row.reason,
    startedAt: row.started_at,
    bulkChangeId: row.bulk_change_id,
    provider: row.provider,
    line: row.line,
    iccid: row.iccid,
    phoneNumber: row.phone_number,
    status: row.status,
    message: row.message ?? '',
    error: row.error === null ? null : (JSON.parse(row.error) as RowError),
    before: row.before_state === null ? null : (JSON.parse(row.before_state) as DeviceState),
    after: row.after_state === null ? null : (JSON.parse(row.after_state) as DeviceState),
    attempts: row.attempt,
    steps: journal.map(stepOf),
    audit,
  };
}

function stepOf({ at, attempt, step, data }: JournalEntry): LifeStep {
  return { at: sqlTime(at), attempt, step, ...whatOf(data) };
}

function whatOf(data: JournalData): Pick<LifeStep, 'what' | 'text'> {
  switch (data.kind) {
    case 'intent':
      return { what: 'sent', text: data.request };
    case 'note':
      return { what: 'noted', text: JSON.stringify(data.value) };
    case 'waiting':
      return { what: 'waits', text: data.call.procedure };
    case 'answer':
      return { what: data.ended, text: 'response' in data ? data.response : 'error' in data ? data.error.message : '' };
    default:
      return data satisfies never;
  }
}

/** The audit rows of these rows, by row. */
async function findAudit(
  db: ReadDatabase,
  rows: readonly ChapterRow[],
  live: LiveNames,
): Promise<ReadonlyMap<string, readonly LifeAudit[]>> {
  const found = new Map<string, LifeAudit[]>();
  for (const portal of PORTALS) {
    const changes = rows.flatMap(({ id, change_id: change, portal: mine }) => (mine === portal && change !== null ? [{ id, change }] : []));
    if (changes.length === 0) continue;
    const entries = await db.query<{ row: string; at: string; description: string; request: string; response: string; errors: number }>(
      `
      SELECT CAST(given.id AS nvarchar(30)) AS row, log.ProcessedDate AS at, log.LogEntryDescription AS description, log.RequestText AS request,
        log.ResponseText AS response, log.HasErrors AS errors
      FROM ${setOf('changes', { id: 'bigint', change: 'bigint' })} AS given
      JOIN DeviceBulkChangeLog AS log ON log.${live.logKey[portal]} = given.change
      ORDER BY log.id`,
      { changes },
    );
    for (const { row, errors, ...entry } of entries) found.set(row, [...(found.get(row) ?? []), { ...entry, hasErrors: errors === 1 }]);
  }
  return found;
}
