import type { FactsWanted } from '../../domain/facts-store.ts';
import { besideColumn } from '../collation.ts';
import type { ChangeQuota } from '../../run/run-store.ts';
import type { Engine, ReadDatabase, Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { findLogKeys } from '../portals.ts';
import { setOf } from '../sets.ts';
import { tableNames } from '../table-names.ts';

/**
 * Counts the plan changes of this month that each found device of a provider with a quota had: those with an audit row, the
 * portal's too, and those of ours that are under way and have none yet. One statement, however many devices there are.
 * Resolves to the name of the table.
 */
export async function countSpentChanges(
  db: ReadDatabase,
  found: string,
  { since, providers }: NonNullable<FactsWanted['quotas']>,
): Promise<string> {
  const { session } = db;
  const columns = [
    { name: 'device_id', type: 'int' },
    { name: 'changes', type: 'int' },
  ] as const;
  const spent = await session.createTemp('spent', columns, 'device_id');
  const logKey = await findLogKeys(db);
  // A dry run may look at a database that has no tables of ours: then nothing of ours is under way.
  const hasOwnTables = (await tableNames(db)).has(ownTable(db.engine, 'change_row'));
  await session.execute(
    `
    INSERT INTO ${spent} (device_id, changes)
    SELECT found.device_id, COUNT(*)
    FROM (${spentChanges(db.engine, { among: `SELECT among.device_key FROM ${found} AS among`, logKey: logKey.M2M, hasOwnTables })}) AS made
    JOIN ${found} AS found ON found.device_key = made.device_key
    WHERE found.device_id IS NOT NULL
    GROUP BY found.device_id`,
    {
      since: `${since} 00:00:00.000`,
      providers: providers.map(({ providerId, audit, step }) => ({ id: providerId, audit, step })),
    },
  );
  return spent;
}

/**
 * How many plan changes of this month these devices had, by ICCID; those that had none are left out. Asked in the transaction that saves
 * them, after `lockSaves`: nobody takes a device between the count and the save.
 */
export async function spentBeside(
  tx: Transaction,
  iccids: readonly string[],
  { counted, since }: ChangeQuota,
  logKey: string,
): Promise<ReadonlyMap<string, number>> {
  if (iccids.length === 0) return new Map();
  const among = `SELECT given.iccid FROM ${setOf('devices', { iccid: 'nvarchar(50)' })} AS given`;
  const made = await tx.query<{ iccid: string; changes: number }>(
    `
    SELECT made.device_key AS iccid, COUNT(*) AS changes
    FROM (${spentChanges(tx.engine, { among, logKey, hasOwnTables: true })}) AS made
    GROUP BY made.device_key`,
    {
      since: `${since} 00:00:00.000`,
      providers: [{ id: counted.providerId, audit: counted.audit, step: counted.step }],
      devices: iccids.map((iccid) => ({ iccid })),
    },
  );
  return new Map(made.map(({ iccid, changes }) => [iccid, changes]));
}

interface Counting {
  /** A query of the ICCIDs whose changes count. */
  readonly among: string;
  /** Column of DeviceBulkChangeLog. */
  readonly logKey: string;
  readonly hasOwnTables: boolean;
}

const COUNTED = setOf('providers', { id: 'int', audit: 'nvarchar(200)', step: 'nvarchar(100)' });

/**
 * A query of one row for each change since `:since` at `:providers`: `device_key`, its ICCID. Its cross joins have SQLite begin with the bulk changes of
 * those providers, instead of all audit rows there are; to SQL Server they are inner joins.
 */
export function spentChanges(engine: Engine, { among, logKey, hasOwnTables }: Counting): string {
  const iccid = besideColumn(engine, 'change.ICCID');
  return `
      SELECT ${iccid} AS device_key
      FROM ${COUNTED} AS counted
      CROSS JOIN DeviceBulkChange AS bulk_change
      CROSS JOIN DeviceBulkChangeLog AS log
      JOIN M2M_DeviceChange AS change ON change.id = log.${logKey} AND ${iccid} IN (${among})
      WHERE bulk_change.ServiceProviderId = counted.id AND log.BulkChangeId = bulk_change.id
        AND log.ProcessedDate >= :since AND log.HasErrors = 0 AND log.LogEntryDescription = ${besideColumn(engine, 'counted.audit')}
      ${hasOwnTables ? `UNION ALL ${underWay(engine, among)}` : ''}`;
}

/** Rows whose change was sent this month and has not ended, those of a run that died included. */
function underWay(engine: Engine, among: string): string {
  const journal = ownTable(engine, 'journal');
  return `
      SELECT mine.iccid
      FROM ${COUNTED} AS counted
      CROSS JOIN DeviceBulkChange AS bulk_change
      CROSS JOIN ${ownTable(engine, 'change_row')} AS mine
      WHERE bulk_change.ServiceProviderId = counted.id AND mine.bulk_change_id = bulk_change.id AND mine.iccid IN (${among})
        AND mine.status IN ('ACCEPTED', 'UNKNOWN', 'NOT_STARTED')
        AND EXISTS (
          SELECT 1 FROM ${journal} AS sent
          WHERE sent.row_id = mine.id AND sent.kind = 'intent' AND sent.step = counted.step AND sent.at >= :since)
        AND (mine.status <> 'NOT_STARTED' OR (
          SELECT last.kind FROM ${journal} AS last
          WHERE last.id = (SELECT MAX(newest.id) FROM ${journal} AS newest WHERE newest.row_id = mine.id)) = 'intent')`;
}
