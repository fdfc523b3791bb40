import type { EffectOf, Portal } from '../../../domain/effect.ts';
import type { Transaction } from '../../database.ts';
import { PORTAL_TABLES } from '../../portals.ts';
import { setOf } from '../../sets.ts';
import type { Written } from '../written.ts';

/** The operator's own plan and pool of devices, from now on. */
export async function writeCustomerPlans(
  tx: Transaction,
  items: readonly EffectOf<'customer-plan'>[],
  portal: Portal,
  { operator, at }: Written,
): Promise<void> {
  const { tenant, tenantKey } = PORTAL_TABLES[portal];
  const set = setOf('items', { deviceId: 'int', tenantId: 'int', customerRatePlanId: 'int', customerRatePoolId: 'int' });
  await tx.execute(
    `
    UPDATE ${tenant}
    SET CustomerRatePlanId = COALESCE(item.customerRatePlanId, ${tenant}.CustomerRatePlanId),
      CustomerRatePoolId = COALESCE(item.customerRatePoolId, ${tenant}.CustomerRatePoolId), ModifiedBy = :operator, ModifiedDate = :at
    FROM ${set} AS item
    WHERE item.deviceId = ${tenant}.${tenantKey} AND item.tenantId = ${tenant}.TenantId`,
    { items, operator, at: new Date(at) },
  );
}

/** The same from a later day on: queued, once. */
export async function queueCustomerPlans(
  tx: Transaction,
  items: readonly EffectOf<'customer-plan-queued'>[],
  { operator, at, portalTypes }: Written,
): Promise<void> {
  if (items.length === 0) return;
  const set = setOf('items', {
    deviceId: 'int',
    tenantId: 'int',
    customerRatePlanId: 'int',
    customerRatePoolId: 'int',
    effectiveDate: 'nvarchar(30)',
    portalType: 'int',
  });
  await tx.execute(
    `
    INSERT INTO Device_CustomerRatePlanOrRatePool_Queue (DeviceId, CustomerRatePlanId, CustomerRatePoolId, EffectiveDate, PortalType, TenantId, CreatedBy, CreatedDate, IsActive)
    SELECT item.deviceId, item.customerRatePlanId, item.customerRatePoolId, item.effectiveDate, item.portalType, item.tenantId, :operator, :at, 1
    FROM ${set} AS item
    WHERE NOT EXISTS (
      SELECT 1 FROM Device_CustomerRatePlanOrRatePool_Queue AS queued
      WHERE queued.DeviceId = item.deviceId AND queued.TenantId = item.tenantId AND queued.EffectiveDate = item.effectiveDate AND queued.IsActive = 1
        AND COALESCE(queued.CustomerRatePlanId, 0) = COALESCE(item.customerRatePlanId, 0)
        AND COALESCE(queued.CustomerRatePoolId, 0) = COALESCE(item.customerRatePoolId, 0))`,
    {
      items: items.map((item) => ({ ...item, effectiveDate: `${item.effectiveDate} 00:00:00.000`, portalType: portalTypes[item.portal] })),
      operator,
      at: new Date(at),
    },
  );
}
