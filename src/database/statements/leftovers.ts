import type { Database, Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { PORTALS, PORTAL_TABLES, type LiveNames } from '../portals.ts';
import { setOf } from '../sets.ts';

/** Below the number of rows from which SQL Server may lock the whole table. */
const ROWS_PER_DELETE = 2000;

/** Removes what a run left that died while it was saving: nothing of it was visible yet, and nothing was sent. */
export async function removeLeftovers(db: Database, runId: string, { logKey }: LiveNames): Promise<void> {
  const held = ownTable(db.engine, 'run_bulk_change');
  const mine = `IN (SELECT bulk_change_id FROM ${held} WHERE run_id = :runId)`;
  for (const portal of PORTALS) {
    const where = { mine, runId, change: PORTAL_TABLES[portal].change, logKey: logKey[portal] };
    while ((await db.transaction((tx) => removeSomeChanges(tx, where))) === ROWS_PER_DELETE);
  }
  await db.transaction(async (tx) => {
    await tx.execute(`DELETE FROM ${ownTable(tx.engine, 'change_row')} WHERE bulk_change_id ${mine}`, { runId });
    await tx.execute(`DELETE FROM DeviceBulkChange WHERE IsActive = 0 AND id ${mine}`, { runId });
    await tx.execute(`DELETE FROM ${ownTable(tx.engine, 'lease')} WHERE bulk_change_id ${mine}`, { runId });
    await tx.execute(`DELETE FROM ${held} WHERE run_id = :runId`, { runId });
    await tx.execute(`DELETE FROM ${ownTable(tx.engine, 'run')} WHERE id = :runId AND saved = 0`, { runId });
  });
}

/** Audit rows, device changes, and the requests that no device change names any longer, in the order that foreign keys allow. */
async function removeSomeChanges(
  tx: Transaction,
  { mine, runId, change, logKey }: { readonly mine: string; readonly runId: string; readonly change: string; readonly logKey: string },
): Promise<number> {
  const top = tx.engine === 'mssql' ? 'TOP (:limit)' : '';
  const limit = tx.engine === 'sqlite' ? 'LIMIT :limit' : '';
  const changes = await tx.query<{ id: string; request: string | null }>(
    `
    SELECT ${top} CAST(id AS nvarchar(30)) AS id, CAST(DeviceChangeRequestId AS nvarchar(30)) AS request
    FROM ${change}
    WHERE BulkChangeId ${mine} ${limit}`,
    { runId, limit: ROWS_PER_DELETE },
  );
  const params = {
    changes: changes.map(({ id }) => ({ id })),
    requests: [...new Set(changes.map(({ request }) => request))].map((id) => ({ id })),
  };
  const given = `(SELECT given.id FROM ${setOf('changes', { id: 'bigint' })} AS given)`;
  await tx.execute(`DELETE FROM DeviceBulkChangeLog WHERE ${logKey} IN ${given}`, params);
  await tx.execute(`DELETE FROM ${change} WHERE id IN ${given}`, params);
  await tx.execute(
    `
    DELETE FROM DeviceChangeRequest
    WHERE id IN (SELECT given.id FROM ${setOf('requests', { id: 'bigint' })} AS given)
      AND NOT EXISTS (SELECT 1 FROM ${change} AS other WHERE other.DeviceChangeRequestId = DeviceChangeRequest.id)`,
    params,
  );
  return changes.length;
}
