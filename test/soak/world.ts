import { DatabaseSync } from 'node:sqlite';

import { carrierOf } from '../../src/carriers/registry.ts';
import { PORTAL_TABLES, type PortalTables } from '../../src/database/portals.ts';
import type { Portal } from '../../src/domain/effect.ts';
import { canBecome } from '../../src/domain/row-states.ts';
import type { JournalData } from '../../src/run/journal.ts';
import type { RowStatus } from '../../src/domain/status.ts';
import type { SandboxHere } from '../end-to-end/in-process.ts';
import type { PackageWatch } from '../promises/package-watch.ts';
import type { Round } from './round.ts';

/** A round under way, in a sandbox of its own. */
export interface World {
  readonly round: Round;
  readonly sandbox: SandboxHere;
  readonly watch: PackageWatch;
  readonly list: string;
  /** Runs that were saved before the round's own. */
  readonly runsBefore: number;
  /** What was found that must never be. */
  readonly problems: string[];
  deaths: number;
  signals: number;
}

/** A row of the round's run, as our own tables have it. */
export interface SavedRow {
  readonly id: number;
  readonly iccid: string;
  readonly line: number;
  readonly status: RowStatus;
  readonly message: string;
  readonly portal: Portal;
  readonly bulkChangeId: number;
  readonly deviceChangeId: number | null;
  /** Its answers, of all attempts. */
  readonly answers: readonly (JournalData & { readonly kind: 'answer' })[];
}

/** How many runs got so far that there is something to go on with. */
export function savedRuns({ query }: SandboxHere): number {
  return query<{ n: number }>('SELECT COUNT(*) AS n FROM pondbulk_run WHERE saved = 1')[0]?.n ?? 0;
}

/** A row that was begun by a run that died is in doubt, until it is gone on with. */
const TOLD_STATUS = "CASE WHEN status = 'NOT_STARTED' AND started = 1 THEN 'UNKNOWN' ELSE status END";

/** Every row of the newest saved run, in the order of the list. */
export function rowsOf({ sandbox: { query } }: World): readonly SavedRow[] {
  const answers = Map.groupBy(
    query<{ rowId: number; data: string }>("SELECT row_id AS rowId, data FROM pondbulk_journal WHERE kind = 'answer' ORDER BY row_id, n"),
    ({ rowId }) => rowId,
  );
  return query<Omit<SavedRow, 'answers'>>(
    `SELECT id, iccid, line, ${TOLD_STATUS} AS status, message, portal, bulk_change_id AS bulkChangeId, device_change_id AS deviceChangeId FROM pondbulk_change_row
    WHERE run_id = (SELECT id FROM pondbulk_run WHERE saved = 1 ORDER BY started_at DESC LIMIT 1) ORDER BY line`,
  ).map((row) => ({
    ...row,
    // The journal's own.
    answers: (answers.get(row.id) ?? []).map(({ data }) => JSON.parse(data) as JournalData & { kind: 'answer' }),
  }));
}

/** The portal that the integration's devices are in. */
export function portalOf(integration: string): Portal {
  return carrierOf(integration)?.portal ?? 'M2M';
}

export function tablesOf(portal: Portal): PortalTables {
  return PORTAL_TABLES[portal];
}

/** Lets the database itself note every status that a row gets, whatever the code says it did. */
export function watchRows({ database }: SandboxHere): void {
  const db = new DatabaseSync(database);
  db.exec(`CREATE TABLE watched (row_id INTEGER, before TEXT, after TEXT);
    CREATE TRIGGER watch AFTER UPDATE OF status ON pondbulk_change_row
    BEGIN INSERT INTO watched VALUES (new.id, old.status, new.status); END`);
  db.close();
}

/** Statuses that rows got from ones that may not become them. */
export function forbiddenSteps({ query }: SandboxHere): readonly string[] {
  return query<{ before: RowStatus; after: RowStatus }>('SELECT before, after FROM watched').flatMap(({ before, after }) =>
    canBecome(before, after) ? [] : [`a row went from ${before} to ${after}`],
  );
}
