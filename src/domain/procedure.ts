import type { Effect } from './effect.ts';
import type { PondBulkError } from './errors.ts';

/** Back-end logic of a customer assignment, where the operator's database has it (contracts/database.md). */
export const ASSIGN_PROCEDURE = 'usp_CustomerChangeType_AssignChangeType';

/** Changes the carrier rate plan of an eBonding device (contracts/ebonding.md). */
export const EBONDING_PROCEDURE = 'usp_DeviceBulkChange_eBonding_CarrierRatePlanChange';

/** The procedure by which a carrier's plans are changed, as it was found before anything is called. */
export type CarrierProcedure =
  | { readonly kind: 'callable'; readonly takesDate: boolean }
  /** The database has no procedures at all (SQLite): a built-in stand-in does the same. */
  | { readonly kind: 'stand-in' }
  /** It is not there, or this login does not see it. */
  | { readonly kind: 'missing' }
  /** It cannot be called as it is declared. */
  | { readonly kind: 'unusable'; readonly error: PondBulkError };

/** What procedures are given, whatever their parameters are called; null is passed as NULL. */
export interface ProcedureValues {
  readonly iccid: string;
  /** Device.id or MobilityDevice.id. */
  readonly deviceId: number;
  readonly phoneNumber: string | null;
  readonly portal: 'M2M' | 'Mobility';
  readonly tenantId: number;
  readonly serviceProviderId: number;
  /** RevCustomer.id, for a parameter that is a uniqueidentifier. */
  readonly revCustomerKey: string | null;
  readonly revCustomerId: string | null;
  readonly siteId: number | null;
  readonly accountNumber: string | null;
  readonly integrationAuthenticationId: number | null;
  readonly customerRatePlanId: number | null;
  readonly customerRatePoolId: number | null;
  readonly carrierRatePlan: string | null;
  /** `yyyy-MM-dd`, a UTC day. */
  readonly effectiveDate: string | null;
}

/** A device as procedures are told of it. */
type Device = Pick<ProcedureValues, 'iccid' | 'deviceId' | 'portal' | 'tenantId'> & {
  readonly msisdn: string | null;
  readonly providerId: number;
};

/** What a procedure is given for a device; what is not said in `more` is NULL. */
export function procedureValues(
  { iccid, deviceId, msisdn, portal, tenantId, providerId }: Device,
  more: Partial<ProcedureValues> = {},
): ProcedureValues {
  return {
    iccid,
    deviceId,
    phoneNumber: msisdn,
    portal,
    tenantId,
    serviceProviderId: providerId,
    revCustomerKey: null,
    revCustomerId: null,
    siteId: null,
    accountNumber: null,
    integrationAuthenticationId: null,
    customerRatePlanId: null,
    customerRatePoolId: null,
    carrierRatePlan: null,
    effectiveDate: null,
    ...more,
  };
}

/** One device's part in a stored procedure of the operator's database. */
export interface ProcedureCall {
  readonly procedure: string;
  /** LogEntryDescription of its audit row. */
  readonly audit: string;
  readonly values: ProcedureValues;
  /** Written before the call, in its transaction. */
  readonly effects: readonly Effect[];
  /** What Device_Tenant must hold afterwards; null when nothing can be read back. */
  readonly wanted: { readonly siteId: number; readonly accountNumber: string | null } | null;
  /** Written instead of calling it, on a database that has no procedures; left out where it is never called on one. */
  readonly standIn?: readonly Effect[];
  /** Where one call is made for many devices, only those with the same take part in it; left out: all of the bulk change. */
  readonly sharedBy?: string;
}
