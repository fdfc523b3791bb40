import type { Portal } from '../../domain/effect.ts';
import type { QueuedChange } from '../../run/due-store.ts';
import type { Queries } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { PORTAL_TABLES, type PortalTypes } from '../portals.ts';
import { setOf } from '../sets.ts';
import { msOfSqlTime } from '../sql-time.ts';

interface QueuedRow {
  readonly id: number;
  readonly device_id: number;
  readonly effective_date: string;
  readonly wanted_plan: number | null;
  readonly wanted_pool: number | null;
  readonly waits: number;
}

/** What was queued since then for the devices of a portal in these bulk changes, in its order. */
export async function findQueuedFor(
  db: Queries,
  portal: Portal,
  { bulkChangeIds, since }: { readonly bulkChangeIds: readonly string[]; readonly since: string },
  portalTypes: PortalTypes,
): Promise<readonly QueuedChange[]> {
  const rows = await db.query<QueuedRow>(
    `
    SELECT queued.Id AS id, queued.DeviceId AS device_id, queued.EffectiveDate AS effective_date,
      queued.CustomerRatePlanId AS wanted_plan, queued.CustomerRatePoolId AS wanted_pool, CASE WHEN queued.IsActive = 1 THEN 1 ELSE 0 END AS waits
    FROM ${ownTable(db.engine, 'change_row')} AS mine
    JOIN ${setOf('bulk_changes', { id: 'bigint' })} AS wanted ON wanted.id = mine.bulk_change_id
    JOIN DeviceBulkChange AS bulk_change ON bulk_change.id = mine.bulk_change_id
    JOIN ${PORTAL_TABLES[portal].change} AS change ON change.id = mine.device_change_id
    JOIN Device_CustomerRatePlanOrRatePool_Queue AS queued
      ON queued.DeviceId = change.DeviceId AND queued.TenantId = bulk_change.TenantId AND queued.PortalType = :portalType
    WHERE mine.portal = :portal AND queued.CreatedDate >= :since
    ORDER BY queued.Id`,
    {
      bulk_changes: bulkChangeIds.map((id) => ({ id })),
      portal,
      portalType: portalTypes[portal],
      since: new Date(msOfSqlTime(since)),
    },
  );
  return rows.map((row) => ({
    queueId: row.id,
    portal,
    deviceId: row.device_id,
    effectiveDate: row.effective_date.slice(0, 10),
    planId: row.wanted_plan,
    poolId: row.wanted_pool,
    isWaiting: row.waits === 1,
  }));
}

/** Whether a row of the queue was neither made nor taken out yet. */
export async function isWaiting(db: Queries, queueId: number): Promise<boolean> {
  const found = await db.query('SELECT 1 AS found FROM Device_CustomerRatePlanOrRatePool_Queue WHERE Id = :queueId AND IsActive = 1', {
    queueId,
  });
  return found.length > 0;
}
