import type { ChangedPlan } from '../../domain/drift.ts';
import type { Portal } from '../../domain/effect.ts';
import type { Change } from '../../domain/change.ts';
import type { DeviceState } from '../../domain/result.ts';
import { OPEN_STATUSES } from '../../domain/row-states.ts';
import { besideColumn } from '../collation.ts';
import type { Queries, Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { PORTAL_TABLES } from '../portals.ts';
import { setOf } from '../sets.ts';
import { updateReturningIds } from './update-returning-ids.ts';

/** Bulk changes with rows of which it is not known how they ended. */
export async function findBulkChangesInDoubt(db: Queries): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(
    `
    SELECT CAST(held.bulk_change_id AS nvarchar(30)) AS id
    FROM ${ownTable(db.engine, 'run_bulk_change')} AS held
    JOIN ${ownTable(db.engine, 'run')} AS run ON run.id = held.run_id
    WHERE run.saved = 1 AND EXISTS (
      SELECT 1 FROM ${ownTable(db.engine, 'change_row')} AS mine
      WHERE mine.bulk_change_id = held.bulk_change_id AND mine.status IN (${inList(OPEN_STATUSES)})
        AND (mine.status <> 'NOT_STARTED' OR mine.started = 1))
    ORDER BY held.bulk_change_id`,
  );
  return rows.map(({ id }) => id);
}

function inList(statuses: readonly string[]): string {
  return statuses.map((status) => `'${status}'`).join(', ');
}

interface ChangedRow {
  readonly id: string;
  readonly line: number;
  readonly iccid: string;
  readonly subject: string;
  readonly after_state: string;
  readonly plan_code: string | null;
  readonly comm_plan: string | null;
  readonly alive: number;
}

/** Whether a row set, or may yet set, the carrier plan: every plan change, and assignments that say so. */
const SETS_PLAN = `(newer.status IN (${inList(OPEN_STATUSES)})
        OR (newer.status IN ('APPLIED', 'NOOP') AND newer.after_state LIKE '%"plan":%'))`;

/** Rows that set a carrier plan, and what the database holds of their devices now (ReconcileStore). */
export async function findChangedPlans(
  db: Queries,
  bulkChangeId: string,
  portal: Portal,
  page: { readonly afterId: string; readonly limit: number },
): Promise<readonly ChangedPlan[]> {
  const { change, device } = PORTAL_TABLES[portal];
  const own = ownTable(db.engine, 'change_row');
  const rows = await db.query<ChangedRow>(
    `
    SELECT ${db.engine === 'mssql' ? 'TOP (:limit)' : ''} CAST(mine.id AS nvarchar(30)) AS id, mine.line, mine.iccid, mine.subject, mine.after_state,
      device.RatePlan AS plan_code, device.CommunicationPlan AS comm_plan,
      CASE WHEN device.IsActive = 1 AND device.IsDeleted = 0 THEN 1 ELSE 0 END AS alive
    FROM ${own} AS mine
    LEFT JOIN ${change} AS wanted ON wanted.id = mine.device_change_id
    LEFT JOIN ${device} AS device ON device.id = wanted.DeviceId
    WHERE mine.bulk_change_id = :bulkChangeId AND mine.status IN ('APPLIED', 'NOOP') AND mine.id > :afterId
      AND mine.subject IS NOT NULL AND mine.after_state LIKE '%"plan":%'
      AND NOT EXISTS (
        SELECT 1 FROM ${own} AS newer
        WHERE newer.iccid = mine.iccid AND newer.provider_id = mine.provider_id AND newer.id > mine.id AND ${SETS_PLAN})
    ORDER BY mine.id ${db.engine === 'sqlite' ? 'LIMIT :limit' : ''}`,
    { bulkChangeId, ...page },
  );
  return rows.flatMap((row) => changedPlan(row, bulkChangeId));
}

function changedPlan(row: ChangedRow, bulkChangeId: string): readonly ChangedPlan[] {
  const subject = JSON.parse(row.subject) as Change;
  const change = subject.kind === 'change-rate-plan' ? subject : subject.carrierPlan;
  if (change === null) return [];
  const { plan, commPlan } = JSON.parse(row.after_state) as DeviceState;
  return [
    {
      rowId: row.id,
      bulkChangeId,
      line: row.line,
      iccid: row.iccid,
      change,
      wrote: { plan: plan ?? null, ...(commPlan === undefined ? {} : { commPlan }) },
      database: row.alive === 1 ? { plan: row.plan_code, commPlan: row.comm_plan } : null,
    },
  ];
}

/** Locks the devices that still hold the plan that was read. Resolves to their ids. */
export async function lockUnchangedDevices(
  tx: Transaction,
  portal: Portal,
  changed: readonly ChangedPlan[],
  { operator, at }: { readonly operator: string; readonly at: number },
): Promise<ReadonlySet<number>> {
  const { device } = PORTAL_TABLES[portal];
  const same = (column: string, value: string): string =>
    `COALESCE(${device}.${column}, '') = COALESCE(${besideColumn(tx.engine, value)}, '')`;
  const ids = await updateReturningIds(
    tx,
    'id',
    (output) => `
    UPDATE ${device}
    SET ModifiedBy = :operator, ModifiedDate = :at
    ${output}
    FROM ${setOf('items', { deviceId: 'int', seenPlan: 'nvarchar(255)', seenCommPlan: 'nvarchar(255)' })} AS item
    WHERE item.deviceId = ${device}.id AND ${device}.IsActive = 1 AND ${device}.IsDeleted = 0
      AND ${same('RatePlan', 'item.seenPlan')} AND ${same('CommunicationPlan', 'item.seenCommPlan')}`,
    {
      operator,
      at: new Date(at),
      items: changed.map(({ change, database }) => ({
        deviceId: change.device.deviceId,
        seenPlan: database?.['plan'] ?? null,
        seenCommPlan: database?.['commPlan'] ?? null,
      })),
    },
  );
  return new Set(ids.map(Number));
}
