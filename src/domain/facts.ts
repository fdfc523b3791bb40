import type { Portal } from './effect.ts';
import type { ListProblem, RowValues } from './list-row.ts';
import type { CarrierPlan, Device } from './plan-change.ts';

/** Everything the database knows about one line of the list: what the rules judge. */
export interface RowFacts {
  readonly line: number;
  readonly key: string;
  readonly iccid: string | null;
  readonly phoneNumber: string | null;
  /** All cells of the line, as a JSON array: most of them are carried through without being looked at. */
  readonly cellsJson: string;
  /** Values of the row, the flags' where the row has none. */
  readonly values: RowValues;
  readonly problem: ListProblem | null;
  /** First and last line with the same key, and whether their values differ; null when the key occurs once. */
  readonly repeated: { readonly firstLine: number; readonly lastLine: number; readonly conflicting: boolean } | null;
  /** Null when no device of this operator has the key. */
  readonly device: DeviceFacts | null;
}

/** What the rules need to know of a device. */
export interface DeviceFacts extends Device {
  readonly providerName: string;
  readonly integration: string;
  readonly writeIsEnabled: boolean;
  readonly isArchived: boolean;
  readonly isSuspended: boolean;
  /** Plan changes that count against its carrier's quota of this month; 0 where there is none. */
  readonly changesThisMonth: number;
  readonly plan: string | null;
  readonly commPlan: string | null;
  readonly accountNumber: string | null;
  readonly siteId: number | null;
  readonly customerRatePlanId: number | null;
  readonly customerRatePoolId: number | null;
  /** Device_Tenant.RevServiceId: RevService.id, which is our own. */
  readonly revServiceId: number | null;
  /** Rev.io's id of the service line that the device has now, null when it has none. */
  readonly liveServiceId: number | null;
  readonly serviceHasActiveProduct: boolean;
  /** Rev customer ids that have products on the live service. */
  readonly productCustomers: readonly string[];
  /** `yyyy-MM-dd` of the first active status, null without one. */
  readonly activatedOn: string | null;
  /** DeviceBulkChange.id of another bulk change that is not done with the device; null without one. */
  readonly heldBy: string | null;
}

/** A customer that devices can be assigned to: a Site, with Rev.io's account behind it or not. */
export interface Customer {
  readonly siteId: number;
  readonly siteName: string;
  readonly tenantId: number;
  readonly rev: {
    /** RevCustomer.id (uniqueidentifier). */
    readonly key: string;
    /** Rev.io's customer id, as text. */
    readonly customerId: string;
    readonly authenticationId: number | null;
  } | null;
}

/** A carrier rate plan that the operator may see. */
export interface ProviderPlan extends CarrierPlan {
  readonly providerId: number;
}

/** An id and the operator's name for it. */
export interface NamedId {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly providerId: number | null;
}

/** Small tables that the rules look values up in; all of them belong to the operator's tenant and are visible to him. */
export interface Lookups {
  readonly plans: readonly ProviderPlan[];
  /** Customers named in the list or by a flag. */
  readonly customers: readonly Customer[];
  /** Rev customer ids that are known and active but have no Site. */
  readonly customersWithoutSite: readonly string[];
  readonly customerRatePlans: readonly NamedId[];
  readonly customerRatePools: readonly NamedId[];
  readonly providers: readonly Provider[];
}

/** A service provider: one account of the operator's at a carrier. */
export interface Provider {
  readonly id: number;
  readonly name: string;
  readonly displayName: string;
  readonly integration: string;
  readonly integrationId: number;
  readonly portal: Portal;
  readonly tenantId: number;
  readonly writeIsEnabled: boolean;
}
