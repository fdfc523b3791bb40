import type { Device, PlanChange } from './plan-change.ts';

/** RequestText of a write to the database: the table, and the columns as they were written. */
export function writtenRow(table: string, columns: object): string {
  return `${table} ${JSON.stringify(columns)}`;
}

/** RequestText of a write to the device's tenant row. */
export function writtenTenant({ portal, deviceId, tenantId }: Pick<Device, 'portal' | 'deviceId' | 'tenantId'>, columns: object): string {
  return portal === 'M2M'
    ? writtenRow('Device_Tenant', { DeviceId: deviceId, TenantId: tenantId, ...columns })
    : writtenRow('MobilityDevice_Tenant', { MobilityDeviceId: deviceId, TenantId: tenantId, ...columns });
}

/** RequestText of a write of the device's carrier plan. */
export function writtenPlan({ device, plan, commPlan }: PlanChange): string {
  return writtenRow(device.portal === 'M2M' ? 'Device' : 'MobilityDevice', {
    id: device.deviceId,
    RatePlan: plan.code,
    CarrierRatePlanId: plan.id,
    ...(commPlan === null ? {} : { CommunicationPlan: commPlan }),
  });
}
