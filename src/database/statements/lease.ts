import type { Lease, LeaseHolder } from '../../run/run-store.ts';
import type { Database, Engine, Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';

/**
 * The database's time. Heartbeats are written and compared by it alone: a host whose clock is wrong takes nobody for dead.
 * In milliseconds since the epoch: a datetime is rounded, and would not be found again by its value.
 */
const NOW: Readonly<Record<Engine, string>> = {
  mssql: `DATEDIFF_BIG(millisecond, '1970-01-01', SYSUTCDATETIME())`,
  sqlite: `CAST(unixepoch('subsec') * 1000 AS INTEGER)`,
};

/** Takes a bulk change that nobody holds. With `over` it is taken from that holder, when it is still held as it was seen. */
export async function takeLease(
  tx: Pick<Transaction, 'engine' | 'execute'>,
  bulkChangeId: string,
  holder: LeaseHolder,
  over: Lease | null,
): Promise<boolean> {
  const table = ownTable(tx.engine, 'lease');
  const params = { bulkChangeId, runId: holder.runId, host: holder.host, pid: holder.pid };
  if (over === null) {
    const taken = await tx.execute(
      `
      INSERT INTO ${table} (bulk_change_id, run_id, host, pid, heartbeat_at)
      SELECT :bulkChangeId, :runId, :host, :pid, ${NOW[tx.engine]}
      WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE bulk_change_id = :bulkChangeId)`,
      params,
    );
    return taken === 1;
  }
  const taken = await tx.execute(
    `
    UPDATE ${table}
    SET run_id = :runId, host = :host, pid = :pid, heartbeat_at = ${NOW[tx.engine]}
    WHERE bulk_change_id = :bulkChangeId AND run_id = :overRun AND pid = :overPid AND heartbeat_at = :seenAt`,
    { ...params, overRun: over.runId, overPid: over.pid, seenAt: over.heartbeatAt },
  );
  return taken === 1;
}

/** Who holds the bulk change; null when nobody does. */
export async function readLease(db: Database, bulkChangeId: string): Promise<Lease | null> {
  const [row] = await db.query<{ run_id: string; host: string; pid: number; heartbeat_at: string | number; silent_ms: string | number }>(
    `
    SELECT run_id, host, pid, heartbeat_at, ${NOW[db.engine]} - heartbeat_at AS silent_ms
    FROM ${ownTable(db.engine, 'lease')}
    WHERE bulk_change_id = :bulkChangeId`,
    { bulkChangeId },
  );
  if (row === undefined) return null;
  return { runId: row.run_id, host: row.host, pid: row.pid, heartbeatAt: Number(row.heartbeat_at), silentMs: Number(row.silent_ms) };
}

/** Says that the holder is alive. Answers how many of its leases are still its own. Saying it twice does no harm: a lost answer is asked for again. */
export function beatLeases(db: Database, holder: LeaseHolder): Promise<number> {
  return db.transaction((tx) => renewLeases(tx, holder), { findsItself: true });
}

/** The same in a transaction that writes more. */
export function renewLeases(tx: Transaction, holder: LeaseHolder): Promise<number> {
  return tx.execute(
    `
    UPDATE ${ownTable(tx.engine, 'lease')}
    SET heartbeat_at = ${NOW[tx.engine]}
    WHERE run_id = :runId AND pid = :pid AND host = :host`,
    { ...holder },
  );
}

/** Gives back all that this holder holds. */
export async function releaseLeases(db: Database, holder: LeaseHolder): Promise<void> {
  await db.execute(`DELETE FROM ${ownTable(db.engine, 'lease')} WHERE run_id = :runId AND pid = :pid AND host = :host`, { ...holder });
}
