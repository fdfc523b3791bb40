/** What a finished change leaves in the operator's database. One statement per kind writes those of many devices. */
export type Effect =
  | {
      readonly kind: 'pond-package';
      readonly iccid: string;
      readonly packageId: string;
      readonly packageTypeId: number;
      readonly status: 'ACTIVE' | 'NOT_ACTIVE' | 'TERMINATED';
      readonly providerId: number;
    }
  | {
      readonly kind: 'carrier-plan';
      readonly portal: Portal;
      readonly deviceId: number;
      readonly tenantId: number;
      readonly planId: number;
      readonly planCode: string;
      /** Null leaves the communication plan as it is. */
      readonly commPlan: string | null;
    }
  | {
      readonly kind: 'assignment';
      readonly portal: Portal;
      readonly deviceId: number;
      readonly tenantId: number;
      readonly siteId: number;
      readonly accountNumber: string | null;
      readonly authenticationId: number | null;
      /** RevService.RevServiceId (Rev.io's id) of a new line; null leaves it, except for a Site without Rev.io, where it is cleared. */
      readonly revServiceId: number | null;
      readonly clearsRevService: boolean;
      /** RevService.id (our own) that the device is to point to again; null: as above. */
      readonly restoredServiceId: number | null;
    }
  | {
      readonly kind: 'customer-plan';
      readonly portal: Portal;
      readonly deviceId: number;
      readonly tenantId: number;
      /** Null leaves it as it is. */
      readonly customerRatePlanId: number | null;
      readonly customerRatePoolId: number | null;
    }
  | {
      readonly kind: 'customer-plan-queued';
      readonly portal: Portal;
      readonly deviceId: number;
      readonly tenantId: number;
      readonly customerRatePlanId: number | null;
      readonly customerRatePoolId: number | null;
      /** `yyyy-MM-dd`, a UTC day. */
      readonly effectiveDate: string;
    }
  /** Device_CustomerRatePlanOrRatePool_Queue.Id of a plan that is taken out of the queue; nothing is committed where it is not in there any more. */
  | { readonly kind: 'customer-plan-unqueued'; readonly queueId: number }
  | {
      readonly kind: 'rev-service';
      /** RevCustomer.id (uniqueidentifier). */
      readonly revCustomerKey: string;
      readonly number: string;
      /** Rev.io's service id. */
      readonly serviceId: number;
      readonly serviceTypeId: number;
      readonly providerId: number | null;
      readonly usagePlanGroupId: number | null;
      readonly activatedDate: string | null;
      readonly description: string | null;
      readonly authenticationId: number | null;
    }
  | {
      readonly kind: 'rev-product';
      /** Rev.io's service product id. */
      readonly serviceProductId: number;
      readonly customerId: string;
      readonly productId: number;
      readonly packageId: number | null;
      readonly serviceId: number;
      readonly description: string | null;
      readonly rate: number | null;
      readonly activatedDate: string | null;
      readonly authenticationId: number | null;
    }
  | {
      readonly kind: 'history';
      readonly portal: Portal;
      readonly deviceId: number;
      readonly providerId: number;
      readonly tenantId: number;
      readonly iccid: string;
      readonly msisdn: string | null;
      readonly field: 'CarrierRatePlan' | 'Customer' | 'CustomerRatePlan' | 'CustomerRatePool';
      readonly changeType: string;
      readonly previous: string | null;
      readonly current: string | null;
    };

/** Which of the operator's portals a device belongs to: it decides table names and the audit column. */
export type Portal = 'M2M' | 'Mobility';

/** The effect of this kind. */
export type EffectOf<K extends Effect['kind']> = Extract<Effect, { readonly kind: K }>;
