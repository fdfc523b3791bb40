import type { Change } from '../../domain/change.ts';
import type { ChangeQuota, Reopened } from '../../run/run-store.ts';
import type { Database, Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { findLogKeys, PORTAL_TABLES } from '../portals.ts';
import { setOf } from '../sets.ts';
import type { Portal } from '../../domain/effect.ts';
import { beginBulkChanges } from './bulk-change.ts';
import { heldChanges, lockSaves } from './held.ts';
import { findMoved, type LeftAlone } from './moved.ts';
import { spentChanges } from './spent-changes.ts';

export interface Reopening {
  readonly bulkChangeId: string;
  readonly portal: Portal;
  readonly statuses: readonly string[];
  /** Null where plan changes are not counted. */
  readonly quota: ChangeQuota | null;
  readonly operator: string;
  readonly at: number;
}

const WANTED = setOf('wanted', { status: 'nvarchar(20)' });

/**
 * Gives rows that failed a new attempt: they are NEW again, and their bulk change PROCESSING; their audit rows and journal stay. Rows
 * stay as they are whose device another bulk change holds by now, somebody changed since, or had all the plan changes of its month.
 */
export async function reopenRows(db: Database, { bulkChangeId, portal, statuses, quota, operator, at }: Reopening): Promise<Reopened> {
  const logKey = await findLogKeys(db);
  return db.transaction(async (tx) => {
    // From here on nobody else takes the devices, so that nothing is sent between the count and the new attempt.
    await lockSaves(tx);
    const own = ownTable(tx.engine, 'change_row');
    const params = { bulkChangeId, wanted: statuses.map((status) => ({ status })) };
    const moved = await findMoved(tx, portal, { bulkChangeId, statuses });
    const isMoved = new Set(moved.map(({ id }) => id));
    const used = quota === null ? [] : (await usedUp(tx, params, quota, logKey.M2M)).filter(({ id }) => !isMoved.has(id));
    const left = [...moved, ...used];
    const isFree = `device_change_id NOT IN (${heldChanges(tx.engine, portal)})`;
    const isToDo = `id NOT IN (SELECT its.id FROM ${setOf('left_alone', { id: 'bigint' })} AS its)`;
    const all = { ...params, left_alone: left.map(({ id }) => ({ id })) };
    await tx.execute(
      `
      UPDATE ${PORTAL_TABLES[portal].change}
      SET Status = 'NEW', IsProcessed = 0, HasErrors = 0, StatusDetails = NULL, ProcessedDate = NULL
      WHERE id IN (
        SELECT mine.device_change_id FROM ${own} AS mine
        WHERE mine.bulk_change_id = :bulkChangeId AND mine.status IN (SELECT wanted.status FROM ${WANTED} AS wanted) AND mine.${isFree} AND mine.${isToDo})`,
      all,
    );
    const rows = await tx.execute(
      `
      UPDATE ${own}
      SET status = 'NOT_STARTED', attempt = attempt + 1, started = 0, code = NULL, message = '', error = NULL
      WHERE bulk_change_id = :bulkChangeId AND status IN (SELECT wanted.status FROM ${WANTED} AS wanted) AND ${isFree} AND ${isToDo}`,
      all,
    );
    // With its rows, so that the devices are held from here on.
    await beginBulkChanges(tx, [bulkChangeId], { operator, at });
    return { rows, refused: left.map(({ refused }) => refused) };
  });
}

/** The rows whose devices may have no further plan change this month; those that want none are not among them. */
async function usedUp(
  tx: Transaction,
  params: { readonly bulkChangeId: string; readonly wanted: readonly { readonly status: string }[] },
  { counted, since, refusalOf }: ChangeQuota,
  logKey: string,
): Promise<readonly LeftAlone[]> {
  const own = ownTable(tx.engine, 'change_row');
  const failed = (row: string): string =>
    `${row}.bulk_change_id = :bulkChangeId AND ${row}.status IN (SELECT wanted.status FROM ${WANTED} AS wanted)`;
  const among = `SELECT failed.iccid FROM ${own} AS failed WHERE ${failed('failed')}`;
  // A cross join has SQLite begin with what was spent, and find the rows by ICCID.
  const rows = await tx.query<{ id: string; iccid: string; subject: string; changes: number }>(
    `
    SELECT CAST(mine.id AS nvarchar(30)) AS id, mine.iccid, mine.subject, spent.changes
    FROM (
      SELECT made.device_key, COUNT(*) AS changes
      FROM (${spentChanges(tx.engine, { among, logKey, hasOwnTables: true })}) AS made
      GROUP BY made.device_key) AS spent
    CROSS JOIN ${own} AS mine
    WHERE mine.iccid = spent.device_key AND ${failed('mine')}`,
    { ...params, since: `${since} 00:00:00.000`, providers: [{ id: counted.providerId, audit: counted.audit, step: counted.step }] },
  );
  return rows.flatMap(({ id, iccid, subject, changes }) => {
    // Written by ourselves.
    const change = JSON.parse(subject) as Change;
    const wantsPlan = change.kind === 'change-rate-plan' || change.carrierPlan !== null;
    const refused = wantsPlan ? refusalOf(iccid, changes) : null;
    return refused === null ? [] : [{ id, refused }];
  });
}
