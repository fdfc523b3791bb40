import type { Customer } from './facts.ts';
import type { Device, PlanChange } from './plan-change.ts';
import type { DeviceState } from './result.ts';

/** What is ordered at Rev.io for each device. */
export interface ServiceOrder {
  readonly serviceTypeId: number;
  readonly revProviderId: number | null;
  readonly packageId: number | null;
  /** With a package there are none: it brings its own. */
  readonly products: readonly { readonly productId: number; readonly rate: number | null }[];
  readonly prorate: boolean;
  readonly description: string | null;
  readonly usagePlanGroupId: number | null;
}

/** A customer plan or pool that waits for its day (Device_CustomerRatePlanOrRatePool_Queue). */
export interface QueuedPlan {
  readonly queueId: number;
  /** `yyyy-MM-dd`, a UTC day. */
  readonly effectiveDate: string;
  readonly planId: number | null;
  readonly poolId: number | null;
}

/** What a rollback takes back beside the values of its row. */
export interface Undoing {
  /** It is taken out of the queue. */
  readonly queued: QueuedPlan | null;
  /** RevService.id of the line that the device pointed to before it was cleared; null leaves it to the assignment. */
  readonly revServiceId: number | null;
}

/** The service line that a device points to at a customer: a Site without Rev.io has none, and with Rev.io it stays as it is. */
export function serviceState({ rev }: Customer): DeviceState {
  return rev === null ? { revServiceId: null } : {};
}

/** The note of a row whose association is made, and whose carrier plan is still to come. */
export const CUSTOMER_ASSIGNED = 'customer assigned';

/** The step of the procedure that makes an association, where the database has it. */
export const ASSOCIATE = 'associate';

/** One device's way to another customer. */
export interface Assignment {
  readonly kind: 'assign-customer';
  readonly device: Device;
  readonly customer: Customer;
  /** Null when no service line is to be created. */
  readonly service: ServiceOrder | null;
  /** `yyyy-MM-dd`, UTC: governs Rev.io's dates and the customer plan; the association is made now. */
  readonly effectiveDate: string;
  readonly activatedDate: string | null;
  readonly customerPlan: {
    readonly planId: number | null;
    readonly planCode: string | null;
    readonly poolId: number | null;
    readonly poolName: string | null;
    /** Whether it waits in the queue for its effective date. */
    readonly isQueued: boolean;
  } | null;
  /** The carrier plan afterwards. */
  readonly carrierPlan: PlanChange | null;
  readonly before: DeviceState;
  /** Of a rollback only. */
  readonly undoing?: Undoing;
}
