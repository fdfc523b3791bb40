import type { EffectOf, Portal } from '../../../domain/effect.ts';
import type { Transaction } from '../../database.ts';
import { PORTAL_TABLES } from '../../portals.ts';
import { setOf } from '../../sets.ts';
import type { Written } from '../written.ts';

/** Whose a device is: its tenant row, made where there is none. */
export async function writeAssignments(
  tx: Transaction,
  items: readonly EffectOf<'assignment'>[],
  portal: Portal,
  { operator, at }: Written,
): Promise<void> {
  const { tenant, tenantKey } = PORTAL_TABLES[portal];
  const set = setOf('items', {
    deviceId: 'int',
    tenantId: 'int',
    siteId: 'int',
    accountNumber: 'nvarchar(50)',
    authenticationId: 'int',
    revServiceId: 'int',
    clears: 'int',
    restoredServiceId: 'int',
  });
  const params = {
    items: items.map((item) => ({ ...item, clears: item.clearsRevService ? 1 : 0 })),
    operator,
    at: new Date(at),
  };
  // RevServiceId is our own RevService.id, found by Rev.io's id of the line.
  const service = '(SELECT MIN(service.id) FROM RevService AS service WHERE service.RevServiceId = item.revServiceId)';
  await tx.execute(
    `
    UPDATE ${tenant}
    SET SiteId = item.siteId, AccountNumber = item.accountNumber, AccountNumberIntegrationAuthenticationId = item.authenticationId,
      RevServiceId = CASE WHEN item.restoredServiceId IS NOT NULL THEN item.restoredServiceId WHEN item.clears = 1 THEN NULL WHEN item.revServiceId IS NOT NULL THEN ${service} ELSE ${tenant}.RevServiceId END,
      IsActive = 1, IsDeleted = 0, ModifiedBy = :operator, ModifiedDate = :at
    FROM ${set} AS item
    WHERE item.deviceId = ${tenant}.${tenantKey} AND item.tenantId = ${tenant}.TenantId`,
    params,
  );
  await tx.execute(
    `
    INSERT INTO ${tenant} (${tenantKey}, TenantId, SiteId, AccountNumber, AccountNumberIntegrationAuthenticationId, RevServiceId, CreatedBy, CreatedDate, IsActive, IsDeleted)
    SELECT item.deviceId, item.tenantId, item.siteId, item.accountNumber, item.authenticationId,
      CASE WHEN item.restoredServiceId IS NOT NULL THEN item.restoredServiceId WHEN item.revServiceId IS NOT NULL THEN ${service} END, :operator, :at, 1, 0
    FROM ${set} AS item
    WHERE NOT EXISTS (SELECT 1 FROM ${tenant} AS known WHERE known.${tenantKey} = item.deviceId AND known.TenantId = item.tenantId)`,
    params,
  );
}
