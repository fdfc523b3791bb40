import type { Effect } from './effect.ts';

/** Back-end logic of a customer assignment, where the operator's database has it (contracts/database.md). */
export const ASSIGN_PROCEDURE = 'usp_CustomerChangeType_AssignChangeType';

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
}
