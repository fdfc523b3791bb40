import type { Provider } from '../../domain/facts.ts';
import type { Device } from '../../domain/plan-change.ts';
import type { ReadDatabase } from '../database.ts';
import { PORTAL_TABLES } from '../portals.ts';

/** The newest devices of a service provider that are in use. */
export async function findSampleDevices(
  db: ReadDatabase,
  { id: providerId, portal, tenantId }: Pick<Provider, 'id' | 'portal' | 'tenantId'>,
  count: number,
): Promise<readonly Device[]> {
  const top = db.engine === 'mssql' ? 'TOP (:count)' : '';
  const limit = db.engine === 'sqlite' ? 'LIMIT :count' : '';
  const rows = await db.query<{ id: number; ICCID: string; MSISDN: string | null; EID: string | null }>(
    `
    SELECT ${top} id, ICCID, MSISDN, EID
    FROM ${PORTAL_TABLES[portal].device}
    WHERE ServiceProviderId = :providerId AND IsActive = 1 AND IsDeleted = 0
    ORDER BY id DESC ${limit}`,
    { providerId, count },
  );
  return rows.map((row) => ({
    portal,
    deviceId: row.id,
    iccid: row.ICCID,
    msisdn: row.MSISDN,
    eid: row.EID,
    providerId,
    tenantId,
  }));
}
