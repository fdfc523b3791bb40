import type { EffectOf, Portal } from '../../../domain/effect.ts';
import type { Transaction } from '../../database.ts';
import { PORTAL_TABLES } from '../../portals.ts';
import { setOf } from '../../sets.ts';
import type { Written } from '../written.ts';

/** The carrier's plan of devices and of their tenant rows. */
export async function writeCarrierPlans(
  tx: Transaction,
  items: readonly EffectOf<'carrier-plan'>[],
  portal: Portal,
  { operator, at, live }: Written,
): Promise<void> {
  const { device, tenant, tenantKey } = PORTAL_TABLES[portal];
  const set = setOf('items', { deviceId: 'int', tenantId: 'int', planId: 'int', planCode: 'nvarchar(255)', commPlan: 'nvarchar(255)' });
  const params = { items, operator, at: new Date(at) };
  await tx.execute(
    `
    UPDATE ${device}
    SET CarrierRatePlanId = item.planId, RatePlan = item.planCode, CommunicationPlan = COALESCE(item.commPlan, ${device}.CommunicationPlan),
      ModifiedBy = :operator, ModifiedDate = :at
    FROM ${set} AS item
    WHERE item.deviceId = ${device}.id`,
    params,
  );
  await tx.execute(
    `
    UPDATE ${tenant}
    SET ${live.hasTenantPlan[portal] ? 'CarrierRatePlanId = item.planId, ' : ''}ModifiedBy = :operator, ModifiedDate = :at
    FROM ${set} AS item
    WHERE item.deviceId = ${tenant}.${tenantKey} AND item.tenantId = ${tenant}.TenantId`,
    params,
  );
}
