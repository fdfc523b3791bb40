import type { Portal } from '../../domain/effect.ts';
import type { DeviceState } from '../../domain/result.ts';
import type { Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { PORTAL_TABLES } from '../portals.ts';
import { setOf } from '../sets.ts';
import { updateReturningIds } from './update-returning-ids.ts';

/**
 * Takes rows from the queue: those that nobody has taken. It waits for a taker whose transaction is open, because what that one
 * takes must be committed before what comes later in the queue.
 */
export async function takeDue(
  tx: Transaction,
  queueIds: readonly number[],
  { tenantId, now }: { readonly tenantId: number; readonly now: number },
): Promise<ReadonlySet<number>> {
  const ids = await updateReturningIds(
    tx,
    'Id',
    (output) => `
    UPDATE Device_CustomerRatePlanOrRatePool_Queue SET IsActive = 0
    ${output}
    WHERE Id IN (SELECT given.id FROM ${setOf('rows', { id: 'int' })} AS given)
      AND IsActive = 1 AND EffectiveDate <= :now AND TenantId = :tenantId`,
    { rows: queueIds.map((id) => ({ id })), now: new Date(now), tenantId },
  );
  return new Set(ids.map(Number));
}

/** Customer plans and pools that devices have now. */
export async function findHeldPlans(
  tx: Transaction,
  portal: Portal,
  tenantId: number,
  deviceIds: readonly number[],
): Promise<ReadonlyMap<number, DeviceState>> {
  const { tenant, tenantKey } = PORTAL_TABLES[portal];
  // A cross join has SQLite begin with the devices, instead of all of the tenant's.
  const rows = await tx.query<{ id: number; held_plan: number | null; held_pool: number | null }>(
    `
    SELECT own.${tenantKey} AS id, own.CustomerRatePlanId AS held_plan, own.CustomerRatePoolId AS held_pool
    FROM ${setOf('devices', { id: 'int' })} AS given
    CROSS JOIN ${tenant} AS own
    WHERE own.${tenantKey} = given.id AND own.TenantId = :tenantId AND own.IsActive = 1 AND own.IsDeleted = 0`,
    { tenantId, devices: [...new Set(deviceIds)].map((id) => ({ id })) },
  );
  return new Map(rows.map((row) => [row.id, { customerRatePlanId: row.held_plan, customerRatePoolId: row.held_pool }]));
}

/** Ids of our rows of a bulk change, by line. */
export async function findRowIds(tx: Transaction, bulkChangeId: string): Promise<ReadonlyMap<number, string>> {
  const rows = await tx.query<{ id: string; line: number }>(
    `SELECT CAST(mine.id AS nvarchar(30)) AS id, mine.line FROM ${ownTable(tx.engine, 'change_row')} AS mine WHERE mine.bulk_change_id = :bulkChangeId`,
    { bulkChangeId },
  );
  return new Map(rows.map(({ id, line }) => [line, id]));
}
