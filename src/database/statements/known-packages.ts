import type { ReadDatabase } from '../database.ts';

/** Ids of the packages that POND_Package holds for an ICCID: those that we, or the portal, know of. */
export async function findKnownPackages(db: ReadDatabase, iccid: string): Promise<readonly string[]> {
  const rows = await db.query<{ PackageId: string }>('SELECT PackageId FROM POND_Package WHERE ICCID = :iccid AND IsDeleted = 0', {
    iccid,
  });
  return rows.map(({ PackageId }) => PackageId);
}
