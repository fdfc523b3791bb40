import type { FactsWanted } from '../../domain/facts-store.ts';
import { besideColumn } from '../collation.ts';
import type { Engine, ReadDatabase } from '../database.ts';
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
    SELECT made.device_id, COUNT(*)
    FROM (${spentChanges(db.engine, { found, logKey: logKey.M2M, hasOwnTables })}) AS made
    WHERE made.device_id IS NOT NULL
    GROUP BY made.device_id`,
    {
      since: `${since} 00:00:00.000`,
      providers: providers.map(({ providerId, audit, step }) => ({ id: providerId, audit, step })),
    },
  );
  return spent;
}

interface Counting {
  /** A table, or a query in brackets: device_key is an ICCID, device_id what its changes are told of. */
  readonly found: string;
  /** Column of DeviceBulkChangeLog. */
  readonly logKey: string;
  readonly hasOwnTables: boolean;
}

const COUNTED = setOf('providers', { id: 'int', audit: 'nvarchar(200)', step: 'nvarchar(100)' });

/**
 * A query of one row for each change since `:since` at `:providers`: `device_id`. Its cross joins have SQLite begin with the bulk changes of
 * those providers, instead of all audit rows there are; to SQL Server they are inner joins.
 */
export function spentChanges(engine: Engine, { found, logKey, hasOwnTables }: Counting): string {
  return `
      SELECT found.device_id
      FROM ${COUNTED} AS counted
      CROSS JOIN DeviceBulkChange AS bulk_change
      CROSS JOIN DeviceBulkChangeLog AS log
      JOIN M2M_DeviceChange AS change ON change.id = log.${logKey}
      JOIN ${found} AS found ON ${besideColumn(engine, 'found.device_key')} = change.ICCID
      WHERE bulk_change.ServiceProviderId = counted.id AND log.BulkChangeId = bulk_change.id
        AND log.ProcessedDate >= :since AND log.HasErrors = 0 AND log.LogEntryDescription = ${besideColumn(engine, 'counted.audit')}
      ${hasOwnTables ? `UNION ALL ${underWay(engine, found)}` : ''}`;
}

/** Rows whose change was sent this month and has not ended, those of a run that died included. */
function underWay(engine: Engine, found: string): string {
  const journal = ownTable(engine, 'journal');
  return `
      SELECT found.device_id
      FROM ${COUNTED} AS counted
      CROSS JOIN DeviceBulkChange AS bulk_change
      CROSS JOIN ${ownTable(engine, 'change_row')} AS mine
      JOIN ${found} AS found ON found.device_key = mine.iccid
      WHERE bulk_change.ServiceProviderId = counted.id AND mine.bulk_change_id = bulk_change.id
        AND mine.status IN ('ACCEPTED', 'UNKNOWN', 'NOT_STARTED')
        AND EXISTS (
          SELECT 1 FROM ${journal} AS sent
          WHERE sent.row_id = mine.id AND sent.kind = 'intent' AND sent.step = counted.step AND sent.at >= :since)
        AND (mine.status <> 'NOT_STARTED' OR (
          SELECT last.kind FROM ${journal} AS last
          WHERE last.id = (SELECT MAX(newest.id) FROM ${journal} AS newest WHERE newest.row_id = mine.id)) = 'intent')`;
}
