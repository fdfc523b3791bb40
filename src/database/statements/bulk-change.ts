import type { Portal } from '../../domain/effect.ts';
import type { NewBulkChange } from '../../domain/run-store.ts';
import type { Database, Transaction } from '../database.ts';
import { cut } from '../cut.ts';
import { PORTALS, PORTAL_TABLES } from '../portals.ts';
import { insertReturningIds } from './insert-returning-ids.ts';
import { setOf } from '../sets.ts';

/** Inserts one DeviceBulkChange and answers its id. The portal sees it once it is active: at once, or with its last rows. */
export async function insertBulkChange(
  tx: Transaction,
  change: NewBulkChange,
  isActive: boolean,
  operator: string,
  at: number,
): Promise<string> {
  const takeId = await insertReturningIds(tx, {
    table: 'DeviceBulkChange',
    columns: [
      'TenantId',
      'ServiceProviderId',
      'ChangeRequestTypeId',
      'SiteId',
      'Status',
      'CreatedBy',
      'CreatedDate',
      'IsActive',
      'IsDeleted',
    ],
    select: `SELECT :tenantId, :providerId, :changeRequestTypeId, :siteId, 'NEW', :operator, :at, :isActive, 0`,
    params: { ...change, isActive, operator, at: new Date(at) },
    keys: {},
  });
  return takeId([]);
}

/** Makes a bulk change that was saved in several transactions visible. */
export async function activateBulkChange(tx: Transaction, bulkChangeId: string): Promise<void> {
  await tx.execute('UPDATE DeviceBulkChange SET IsActive = 1 WHERE id = :bulkChangeId', { bulkChangeId });
}

/**
 * Derives a bulk change's status from its rows: PROCESSING while any is open, then ERROR when any has errors, else PROCESSED. When
 * and by whom it was processed is told of a final one alone, once.
 */
export async function updateBulkChangeStatus(
  tx: Transaction,
  bulkChangeId: string,
  portal: Portal,
  { operator, at }: { readonly operator: string; readonly at: number },
): Promise<void> {
  await tx.execute(
    `
    UPDATE DeviceBulkChange
    SET Status = CASE WHEN counted.open_rows > 0 THEN 'PROCESSING' WHEN counted.failed_rows > 0 THEN 'ERROR' ELSE 'PROCESSED' END,
      ProcessedDate = CASE WHEN counted.open_rows > 0 THEN NULL ELSE COALESCE(DeviceBulkChange.ProcessedDate, :at) END,
      ProcessedBy = CASE WHEN counted.open_rows > 0 THEN NULL ELSE COALESCE(DeviceBulkChange.ProcessedBy, :processedBy) END,
      ModifiedBy = :operator, ModifiedDate = :at
    FROM (
      SELECT SUM(CASE WHEN one.IsProcessed = 0 THEN 1 ELSE 0 END) AS open_rows, SUM(CASE WHEN one.HasErrors = 1 THEN 1 ELSE 0 END) AS failed_rows
      FROM ${PORTAL_TABLES[portal].change} AS one
      WHERE one.BulkChangeId = :bulkChangeId AND one.IsDeleted = 0) AS counted
    WHERE DeviceBulkChange.id = :bulkChangeId`,
    { bulkChangeId, operator, processedBy: cut(operator, 50), at: new Date(at) },
  );
}

/** Shows in the portal that bulk changes are being worked on: those that have open rows, whatever they were before. */
export async function beginBulkChanges(
  db: Pick<Database, 'execute'>,
  bulkChangeIds: readonly string[],
  { operator, at }: { readonly operator: string; readonly at: number },
): Promise<void> {
  const hasOpenRows = PORTALS.map(
    (portal) =>
      `EXISTS (SELECT 1 FROM ${PORTAL_TABLES[portal].change} AS one WHERE one.BulkChangeId = DeviceBulkChange.id AND one.IsProcessed = 0 AND one.IsDeleted = 0)`,
  );
  await db.execute(
    `
    UPDATE DeviceBulkChange
    SET Status = 'PROCESSING', ProcessedDate = NULL, ProcessedBy = NULL, ModifiedBy = :operator, ModifiedDate = :at
    WHERE id IN (SELECT given.id FROM ${setOf('ids', { id: 'bigint' })} AS given)
      AND (${hasOpenRows.join(' OR ')})`,
    { ids: bulkChangeIds.map((id) => ({ id })), operator, at: new Date(at) },
  );
}
