import type { Portal } from '../../domain/effect.ts';
import { besideColumn } from '../collation.ts';
import type { Engine, ReadSession, Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { PORTAL_TABLES } from '../portals.ts';
import { setOf } from '../sets.ts';

/** Rows of a bulk change that are still to be done; rows of other writers may say PENDING. */
const IS_OPEN = `change.IsProcessed = 0 AND change.IsDeleted = 0 AND change.Status IN ('NEW', 'PROCESSING', 'PENDING')`;

const HELD = [
  { name: 'device_id', type: 'int' },
  { name: 'bulk_change', type: 'bigint' },
] as const;

/**
 * Finds the devices of a list that another bulk change holds, ours or the portal's: one statement, whatever there is of either.
 * Resolves to the name of their table.
 */
export async function findHeld(session: ReadSession, found: string, portal: Portal): Promise<string> {
  const held = await session.createTemp(`held_${portal.toLowerCase()}`, HELD, 'device_id');
  const key = portal === 'M2M' ? 'device_id' : 'mobility_id';
  await session.execute(
    `
    INSERT INTO ${held} (device_id, bulk_change)
    SELECT one.device_id, MIN(one.bulk_change)
    FROM (${openRows(session.engine, portal, `SELECT found.${key} AS id FROM ${found} AS found`, 'bulk_change.IsActive = 1')}) AS one
    GROUP BY one.device_id`,
  );
  return held;
}

/**
 * Of these devices, those that another bulk change holds, with its id. Asked in the transaction that saves them, after `lockSaves`:
 * what another run is saving right now counts although nobody else sees it yet.
 */
export async function heldBeside(
  tx: Transaction,
  portal: Portal,
  deviceIds: readonly number[],
  ownBulkChangeIds: readonly string[],
): Promise<ReadonlyMap<number, string>> {
  if (deviceIds.length === 0) return new Map();
  const notOwn = `bulk_change.id NOT IN (SELECT own.id FROM ${setOf('own', { id: 'bigint' })} AS own)`;
  const devices = `SELECT given.id FROM ${setOf('devices', { id: 'int' })} AS given`;
  const rows = await tx.query<{ device_id: number; bulk_change: string }>(
    `
    SELECT one.device_id, CAST(MIN(one.bulk_change) AS nvarchar(30)) AS bulk_change
    FROM (${openRows(tx.engine, portal, devices, `${activeOrSaving(tx.engine)} AND ${notOwn}`)}) AS one
    GROUP BY one.device_id`,
    { devices: deviceIds.map((id) => ({ id })), own: ownBulkChangeIds.map((id) => ({ id })) },
  );
  return new Map(rows.map(({ device_id: id, bulk_change: held }) => [id, held]));
}

/**
 * Ids of the device changes of `:bulkChangeId` whose devices another bulk change holds, one that is being saved too: what a new
 * attempt must leave alone. Asked after `lockSaves`.
 */
export function heldChanges(engine: Engine, portal: Portal): string {
  const { change } = PORTAL_TABLES[portal];
  const devices = `SELECT its.DeviceId FROM ${change} AS its WHERE its.BulkChangeId = :bulkChangeId`;
  return `
      SELECT its.id FROM ${change} AS its
      JOIN (${openRows(engine, portal, devices, `${activeOrSaving(engine)} AND bulk_change.id <> :bulkChangeId`)}) AS one ON one.device_id = its.DeviceId
      WHERE its.BulkChangeId = :bulkChangeId`;
}

/** Bulk changes that everybody sees, and those of ours that are still being saved in parts. */
function activeOrSaving(engine: Engine): string {
  return `(bulk_change.IsActive = 1 OR bulk_change.id IN (
        SELECT part.bulk_change_id FROM ${ownTable(engine, 'run_bulk_change')} AS part
        JOIN ${ownTable(engine, 'run')} AS run ON run.id = part.run_id AND run.saved = 0))`;
}

/** Open rows of these devices, from the bulk changes' side: only those are few, and device changes are found by them. */
function openRows(engine: Engine, portal: Portal, devices: string, which: string): string {
  const { change, device } = PORTAL_TABLES[portal];
  const from = `FROM DeviceBulkChange AS bulk_change
      JOIN ${change} AS change ON change.BulkChangeId = bulk_change.id AND ${IS_OPEN}`;
  const where = `bulk_change.Status IN ('NEW', 'PROCESSING') AND bulk_change.IsDeleted = 0 AND ${which}`;
  return `
      SELECT change.DeviceId AS device_id, bulk_change.id AS bulk_change
      ${from}
      WHERE ${where} AND change.DeviceId IN (${devices})
      UNION ALL
      SELECT device.id, bulk_change.id
      ${from}
      JOIN ${device} AS device ON device.ICCID = ${besideColumn(engine, 'change.ICCID')}
      WHERE ${where} AND change.DeviceId IS NULL AND device.id IN (${devices})`;
}

/**
 * Lets one save after the other look who holds which device: the row that every database of ours has is locked to the end of the
 * transaction. (sp_getapplock would do on SQL Server alone.)
 */
export async function lockSaves(tx: Transaction): Promise<void> {
  await tx.execute(`UPDATE ${ownTable(tx.engine, 'migration')} SET applied_at = applied_at`);
}
