import type { DueChange } from '../../domain/due.ts';
import type { Portal } from '../../domain/effect.ts';
import type { DueScope } from '../../run/due-store.ts';
import type { Queries } from '../database.ts';
import { PORTAL_TABLES, type PortalTypes } from '../portals.ts';
import { setOf } from '../sets.ts';

interface DueRow {
  readonly id: number;
  readonly device_id: number;
  readonly iccid: string | null;
  readonly msisdn: string | null;
  readonly provider_id: number;
  readonly effective_date: string;
  readonly wanted_plan: number | null;
  readonly wanted_pool: number | null;
  readonly alive: number;
  readonly is_own: number;
  readonly held_plan: number | null;
  readonly held_pool: number | null;
}

/** Queued changes of a portal's devices whose day has come: of the tenant, and of providers in scope. */
export async function findDue(
  db: Queries,
  portal: Portal,
  { tenantId, providers, now }: DueScope,
  portalTypes: PortalTypes,
): Promise<readonly DueChange[]> {
  const { device, tenant, tenantKey } = PORTAL_TABLES[portal];
  const rows = await db.query<DueRow>(
    `
    SELECT queued.Id AS id, queued.DeviceId AS device_id, device.ICCID AS iccid, device.MSISDN AS msisdn, device.ServiceProviderId AS provider_id,
      queued.EffectiveDate AS effective_date, queued.CustomerRatePlanId AS wanted_plan, queued.CustomerRatePoolId AS wanted_pool,
      CASE WHEN device.IsActive = 1 AND device.IsDeleted = 0 THEN 1 ELSE 0 END AS alive,
      CASE WHEN own.${tenantKey} IS NULL THEN 0 ELSE 1 END AS is_own, own.CustomerRatePlanId AS held_plan, own.CustomerRatePoolId AS held_pool
    FROM Device_CustomerRatePlanOrRatePool_Queue AS queued
    JOIN ${device} AS device ON device.id = queued.DeviceId
    LEFT JOIN ${tenant} AS own ON own.${tenantKey} = device.id AND own.TenantId = queued.TenantId AND own.IsActive = 1 AND own.IsDeleted = 0
    WHERE queued.IsActive = 1 AND queued.EffectiveDate <= :now AND queued.TenantId = :tenantId AND queued.PortalType = :portalType
      AND device.ServiceProviderId IN (SELECT mine.id FROM ${setOf('providers', { id: 'int' })} AS mine)
    ORDER BY queued.EffectiveDate, queued.Id`,
    { tenantId, now: new Date(now), portalType: portalTypes[portal], providers: providers.map(({ id }) => ({ id })) },
  );
  return rows.map((row) => ({
    queueId: row.id,
    portal,
    deviceId: row.device_id,
    iccid: row.iccid ?? '',
    msisdn: row.msisdn,
    providerId: row.provider_id,
    effectiveDate: row.effective_date.slice(0, 10),
    customerRatePlanId: row.wanted_plan,
    customerRatePoolId: row.wanted_pool,
    isArchived: row.alive === 0,
    before: row.is_own === 0 ? null : { customerRatePlanId: row.held_plan, customerRatePoolId: row.held_pool },
  }));
}
