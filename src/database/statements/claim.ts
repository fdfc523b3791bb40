import type { Portal } from '../../domain/effect.ts';
import { OPEN_STATUSES } from '../../domain/row-states.ts';
import type { Change } from '../../domain/change.ts';
import type { OpenRow } from '../../domain/run-store.ts';
import type { Database } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { PORTALS, PORTAL_TABLES } from '../portals.ts';
import { setOf } from '../sets.ts';

interface Stored {
  readonly id: string;
  readonly line: number;
  readonly iccid: string;
  readonly subject: string;
  readonly status: string;
  readonly attempt: number;
  readonly audited: number;
  readonly ms: number;
}

const STORED = 'CAST(mine.id AS nvarchar(30)) AS id, mine.line, mine.iccid, mine.subject, mine.status, mine.attempt, mine.audited, mine.ms';

/**
 * Claims up to `limit` NEW rows of a bulk change: no two claimers take the same row. Rows that another claimer has
 * locked are passed over (READPAST), not waited for.
 */
export async function claimRows(db: Database, bulkChangeId: string, portal: Portal, limit: number): Promise<readonly OpenRow[]> {
  const { change } = PORTAL_TABLES[portal];
  const claimed = await db.transaction(async (tx) => {
    const ids =
      tx.engine === 'sqlite'
        ? await tx.query<{ id: string }>(
            `
            UPDATE ${change} SET Status = 'PROCESSING'
            WHERE id IN (SELECT id FROM ${change} WHERE BulkChangeId = :bulkChangeId AND Status = 'NEW' AND IsProcessed = 0 ORDER BY id LIMIT :limit)
            RETURNING CAST(id AS TEXT) AS id`,
            { bulkChangeId, limit },
          )
        : await tx.query<{ id: string }>(
            `
            DECLARE @claimed TABLE (id bigint);
            UPDATE TOP (:limit) ${change} WITH (ROWLOCK, UPDLOCK, READPAST) SET Status = 'PROCESSING'
            OUTPUT inserted.id INTO @claimed
            WHERE BulkChangeId = :bulkChangeId AND Status = 'NEW' AND IsProcessed = 0;
            SELECT CAST(id AS nvarchar(30)) AS id FROM @claimed;`,
            { bulkChangeId, limit },
          );
    if (ids.length === 0) return [];
    await tx.execute(
      `
      UPDATE ${ownTable(tx.engine, 'change_row')} SET started = 1
      WHERE device_change_id IN (SELECT claimed.id FROM ${setOf('claimed', { id: 'bigint' })} AS claimed) AND bulk_change_id = :bulkChangeId`,
      { bulkChangeId, claimed: ids },
    );
    return ids;
  });
  if (claimed.length === 0) return [];
  const rows = await db.query<Stored>(
    `
    SELECT ${STORED}
    FROM ${ownTable(db.engine, 'change_row')} AS mine
    WHERE mine.device_change_id IN (SELECT claimed.id FROM ${setOf('claimed', { id: 'bigint' })} AS claimed) AND mine.bulk_change_id = :bulkChangeId
    ORDER BY mine.id`,
    { bulkChangeId, claimed: claimed },
  );
  return rows.map(openRow);
}

/** Rows that were begun and are not finished: in doubt after a crash, UNKNOWN, or ACCEPTED. In pages after `afterId`. */
export async function begunRows(
  db: Database,
  bulkChangeId: string,
  page: { readonly afterId: string; readonly limit: number; readonly onlyAccepted: boolean },
): Promise<readonly OpenRow[]> {
  const statuses = (page.onlyAccepted ? ['ACCEPTED'] : OPEN_STATUSES).map((status) => `'${status}'`).join(', ');
  const top = db.engine === 'mssql' ? 'TOP (:limit)' : '';
  const limit = db.engine === 'sqlite' ? 'LIMIT :limit' : '';
  const rows = await db.query<Stored>(
    `
    SELECT ${top} ${STORED}
    FROM ${ownTable(db.engine, 'change_row')} AS mine
    WHERE mine.bulk_change_id = :bulkChangeId AND mine.started = 1 AND mine.status IN (${statuses}) AND mine.id > :afterId
    ORDER BY mine.id ${limit}`,
    { bulkChangeId, afterId: page.afterId, limit: page.limit },
  );
  return rows.map(openRow);
}

function openRow(row: Stored): OpenRow {
  return {
    rowId: row.id,
    line: row.line,
    iccid: row.iccid,
    change: JSON.parse(row.subject) as Change,
    status: row.status as OpenRow['status'],
    attempt: row.attempt,
    audited: row.audited,
    ms: row.ms,
  };
}

/** Rows that were claimed and not begun are NEW again. */
export async function releaseRows(db: Database, rowIds: readonly string[]): Promise<void> {
  if (rowIds.length === 0) return;
  await db.transaction(async (tx) => {
    const own = ownTable(tx.engine, 'change_row');
    const params = { rows: rowIds.map((id) => ({ id })) };
    const mine = `SELECT given.id FROM ${setOf('rows', { id: 'bigint' })} AS given`;
    for (const portal of PORTALS) {
      await tx.execute(
        `
        UPDATE ${PORTAL_TABLES[portal].change} SET Status = 'NEW'
        WHERE id IN (SELECT row_.device_change_id FROM ${own} AS row_ WHERE row_.portal = :portal AND row_.id IN (${mine}))`,
        { ...params, portal },
      );
    }
    await tx.execute(`UPDATE ${own} SET started = 0 WHERE id IN (${mine})`, params);
  });
}
