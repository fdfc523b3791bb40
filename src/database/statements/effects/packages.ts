import type { EffectOf } from '../../../domain/effect.ts';
import { besideColumn } from '../../collation.ts';
import type { Transaction } from '../../database.ts';
import { setOf } from '../../sets.ts';
import type { Written } from '../written.ts';

/** POND_Package: a package known by its id is set right, another is added. */
export async function writePackages(tx: Transaction, items: readonly EffectOf<'pond-package'>[], { operator, at }: Written): Promise<void> {
  if (items.length === 0) return;
  const set = setOf('items', {
    iccid: 'nvarchar(50)',
    packageId: 'nvarchar(50)',
    packageTypeId: 'bigint',
    status: 'nvarchar(50)',
    providerId: 'int',
  });
  const packageId = besideColumn(tx.engine, 'item.packageId');
  const params = { items, operator, at: new Date(at) };
  await tx.execute(
    `
    UPDATE POND_Package
    SET Status = item.status, PackageTypeId = item.packageTypeId, ModifiedBy = :operator, ModifiedDate = :at
    FROM ${set} AS item
    WHERE POND_Package.PackageId = ${packageId}`,
    params,
  );
  await tx.execute(
    `
    INSERT INTO POND_Package (ICCID, PackageId, PackageTypeId, Status, ServiceProviderId, CreatedBy, CreatedDate, IsActive, IsDeleted)
    SELECT item.iccid, item.packageId, item.packageTypeId, item.status, item.providerId, :operator, :at, 1, 0
    FROM ${set} AS item
    WHERE NOT EXISTS (SELECT 1 FROM POND_Package AS known WHERE known.PackageId = ${packageId})`,
    params,
  );
}
