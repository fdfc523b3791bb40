import type { EffectOf, Portal } from '../../../domain/effect.ts';
import type { Transaction } from '../../database.ts';
import { PORTAL_TABLES } from '../../portals.ts';
import { setOf } from '../../sets.ts';
import { updateReturningIds } from '../update-returning-ids.ts';
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

/** Takes plans out of the queue. Throws where one is not in there any more: then the device has it, or somebody took it back. */
export async function unqueueCustomerPlans(tx: Transaction, items: readonly EffectOf<'customer-plan-unqueued'>[]): Promise<void> {
  if (items.length === 0) return;
  const taken = await updateReturningIds(
    tx,
    'Id',
    (output) => `
    UPDATE Device_CustomerRatePlanOrRatePool_Queue SET IsActive = 0
    ${output}
    WHERE IsActive = 1 AND Id IN (SELECT item.queueId FROM ${setOf('items', { queueId: 'int' })} AS item)`,
    { items },
  );
  const gone = items.filter(({ queueId }) => !taken.includes(String(queueId)));
  if (gone.length > 0) throw new Error(`Row ${gone.map(({ queueId }) => queueId).join(', ')} of the queue was made or taken out meanwhile`);
}
