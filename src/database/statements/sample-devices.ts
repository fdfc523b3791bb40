import type { Device } from '../../domain/plan-change.ts';
import type { ReadDatabase } from '../database.ts';

/** The newest devices of a service provider that are in use. */
export async function findSampleDevices(
  db: ReadDatabase,
  { id: providerId, tenantId }: { readonly id: number; readonly tenantId: number },
  count: number,
): Promise<readonly Device[]> {
  const top = db.engine === 'mssql' ? 'TOP (:count)' : '';
  const limit = db.engine === 'sqlite' ? 'LIMIT :count' : '';
  const rows = await db.query<{ id: number; ICCID: string; MSISDN: string | null; EID: string | null }>(
    `
    SELECT ${top} id, ICCID, MSISDN, EID
    FROM Device
    WHERE ServiceProviderId = :providerId AND IsActive = 1 AND IsDeleted = 0
    ORDER BY id DESC ${limit}`,
    { providerId, count },
  );
  return rows.map((row) => ({
    portal: 'M2M',
    deviceId: row.id,
    iccid: row.ICCID,
    msisdn: row.MSISDN,
    eid: row.EID,
    providerId,
    tenantId,
  }));
}
