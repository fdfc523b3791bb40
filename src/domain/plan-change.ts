import type { Portal } from './effect.ts';
import type { Refused } from './refusal.ts';
import type { DeviceState } from './result.ts';

/** A device as the operator's database knows it. */
export interface Device {
  readonly portal: Portal;
  /** Device.id or MobilityDevice.id. */
  readonly deviceId: number;
  readonly iccid: string;
  readonly msisdn: string | null;
  readonly eid: string | null;
  readonly providerId: number;
  readonly tenantId: number;
}

/** A plan of a carrier, with the identifiers that the carriers know it by. */
export interface CarrierPlan {
  readonly id: number;
  readonly code: string;
  /** POND's package type (JasperCarrierRatePlan.JasperRatePlanId). */
  readonly packageTypeId: number | null;
  /** Teal's plan (JasperCarrierRatePlan.PlanUuid). */
  readonly planUuid: string | null;
}

/** One device's move to another carrier rate plan. */
export interface PlanChange {
  readonly kind: 'change-rate-plan';
  readonly device: Device;
  readonly plan: CarrierPlan;
  /** Null leaves the communication plan as it is. */
  readonly commPlan: string | null;
  /** `yyyy-MM-dd`, a UTC day; null means now. */
  readonly effectiveDate: string | null;
  /** As the database knew it when the change was planned. */
  readonly before: DeviceState;
  /** Why it must not be sent. The device was on the plan already as the database knew it: this counts where its carrier says otherwise. */
  readonly refusal?: Refused;
}
