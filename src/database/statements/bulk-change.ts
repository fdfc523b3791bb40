import type { Portal } from '../../domain/effect.ts';
import type { NewBulkChange } from '../../domain/run-store.ts';
import type { Database, Transaction } from '../database.ts';
import { cut } from '../cut.ts';
import { PORTAL_TABLES } from '../portals.ts';
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
 * Derives a bulk change's status from its rows: ERROR when any has errors, PROCESSING while any is open, else PROCESSED.
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
    SET Status = (
        SELECT CASE
          WHEN SUM(CASE WHEN one.IsProcessed = 0 AND one.Status <> 'NEW' THEN 1 ELSE 0 END) > 0 THEN 'PROCESSING'
          WHEN SUM(CASE WHEN one.IsProcessed = 0 THEN 1 ELSE 0 END) = COUNT(*) THEN 'NEW'
          WHEN SUM(CASE WHEN one.IsProcessed = 0 THEN 1 ELSE 0 END) > 0 THEN 'PROCESSING'
          WHEN SUM(CASE WHEN one.HasErrors = 1 THEN 1 ELSE 0 END) > 0 THEN 'ERROR'
          ELSE 'PROCESSED' END
        FROM ${PORTAL_TABLES[portal].change} AS one
        WHERE one.BulkChangeId = :bulkChangeId AND one.IsDeleted = 0),
      ProcessedDate = :at, ProcessedBy = :operator, ModifiedBy = :operator, ModifiedDate = :at
    WHERE id = :bulkChangeId`,
    { bulkChangeId, operator: cut(operator, 50), at: new Date(at) },
  );
}

/** Shows in the portal that bulk changes are being worked on. */
export async function beginBulkChanges(db: Database, bulkChangeIds: readonly string[], operator: string, at: number): Promise<void> {
  await db.execute(
    `
    UPDATE DeviceBulkChange SET Status = 'PROCESSING', ModifiedBy = :operator, ModifiedDate = :at
    WHERE id IN (SELECT given.id FROM ${setOf('ids', { id: 'bigint' })} AS given)`,
    { ids: bulkChangeIds.map((id) => ({ id })), operator, at: new Date(at) },
  );
}
