import type { Lease, LeaseHolder } from '../../run/run-store.ts';
import type { Database, Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';

// heartbeat_at is in milliseconds since the epoch: a datetime is rounded, and would not be found again by its value.

/** Takes a bulk change that nobody holds. With `over` it is taken from that holder, when it is still held as it was seen. */
export async function takeLease(
  tx: Pick<Transaction, 'engine' | 'execute'>,
  bulkChangeId: string,
  holder: LeaseHolder,
  at: number,
  over: Lease | null,
): Promise<boolean> {
  const table = ownTable(tx.engine, 'lease');
  const params = { bulkChangeId, runId: holder.runId, host: holder.host, pid: holder.pid, at };
  if (over === null) {
    const taken = await tx.execute(
      `
      INSERT INTO ${table} (bulk_change_id, run_id, host, pid, heartbeat_at)
      SELECT :bulkChangeId, :runId, :host, :pid, :at
      WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE bulk_change_id = :bulkChangeId)`,
      params,
    );
    return taken === 1;
  }
  const taken = await tx.execute(
    `
    UPDATE ${table}
    SET run_id = :runId, host = :host, pid = :pid, heartbeat_at = :at
    WHERE bulk_change_id = :bulkChangeId AND run_id = :overRun AND pid = :overPid AND heartbeat_at = :seenAt`,
    { ...params, overRun: over.runId, overPid: over.pid, seenAt: over.heartbeatAt },
  );
  return taken === 1;
}

export async function readLease(db: Database, bulkChangeId: string): Promise<Lease | null> {
  const [row] = await db.query<{ run_id: string; host: string; pid: number; heartbeat_at: string | number }>(
    `SELECT run_id, host, pid, heartbeat_at FROM ${ownTable(db.engine, 'lease')} WHERE bulk_change_id = :bulkChangeId`,
    { bulkChangeId },
  );
  return row === undefined ? null : { runId: row.run_id, host: row.host, pid: row.pid, heartbeatAt: Number(row.heartbeat_at) };
}

/** Says that the holder is alive. Answers how many of its leases are still its own. */
export function beatLeases(db: Database, holder: LeaseHolder, at: number): Promise<number> {
  return db.execute(`UPDATE ${ownTable(db.engine, 'lease')} SET heartbeat_at = :at WHERE run_id = :runId AND pid = :pid AND host = :host`, {
    ...holder,
    at,
  });
}

export async function releaseLeases(db: Database, holder: LeaseHolder): Promise<void> {
  await db.execute(`DELETE FROM ${ownTable(db.engine, 'lease')} WHERE run_id = :runId AND pid = :pid AND host = :host`, { ...holder });
}
