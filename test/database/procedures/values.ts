import type { ProcedureValues } from '../../../src/domain/procedure.ts';

/** A device of the sandbox on its way to customer 4712. */
export function deviceValues(deviceId: number): ProcedureValues {
  return {
    iccid: `89883030000000000${String(deviceId).padStart(2, '0')}`,
    deviceId,
    phoneNumber: `155501000${String(deviceId).padStart(2, '0')}`,
    portal: 'M2M',
    tenantId: 1,
    serviceProviderId: 1,
    revCustomerKey: '4b1c6f9e-0000-0000-0000-000000004712',
    revCustomerId: '4712',
    siteId: 2,
    accountNumber: '4712',
    integrationAuthenticationId: 1,
    customerRatePlanId: null,
    customerRatePoolId: null,
    carrierRatePlan: null,
    effectiveDate: '2026-12-01',
  };
}
