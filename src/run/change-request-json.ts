import type { Assignment } from '../domain/assignment.ts';
import type { PlanChange } from '../domain/plan-change.ts';

/** DeviceChangeRequest.ChangeRequest of a plan change, shared by all devices; nulls are left out (contract "ChangeRequest JSON"). */
export function planChangeRequest(change: PlanChange, devices: readonly string[], changeType: number): string {
  const { plan, commPlan, effectiveDate, device } = change;
  return JSON.stringify({
    ServiceProviderId: device.providerId,
    ChangeType: changeType,
    ProcessChanges: true,
    Devices: devices,
    CarrierRatePlanUpdate: {
      CarrierRatePlan: plan.code,
      ...(commPlan === null ? {} : { CommPlan: commPlan }),
      ...(effectiveDate === null ? {} : { EffectiveDate: `${effectiveDate}T00:00:00` }),
      ...(plan.planUuid === null ? {} : { PlanUuid: plan.planUuid }),
      RatePlanId: plan.packageTypeId ?? 0,
    },
  });
}

/** The same for customers without Rev.io: shared by all devices of a Site. */
export function siteRequest({ device, customer }: Assignment, devices: readonly string[]): string {
  return JSON.stringify({ Devices: devices, ServiceProviderId: device.providerId, TenantId: device.tenantId, SiteId: customer.siteId });
}

/** DeviceChangeRequest.ChangeRequest of one device's assignment, nulls included. */
export function assignmentRequest({ device, customer, service, customerPlan, carrierPlan, ...change }: Assignment): string {
  return JSON.stringify({
    Number: device.msisdn ?? device.iccid,
    ICCID: device.iccid,
    RevCustomerId: customer.rev?.customerId ?? null,
    DeviceId: device.deviceId,
    CreateRevService: service !== null,
    ServiceTypeId: service?.serviceTypeId ?? null,
    RevPackageId: service?.packageId ?? null,
    RevProductIdList: service?.products.map(({ productId }) => productId) ?? [],
    RateList: service?.products.flatMap(({ rate }) => (rate === null ? [] : [rate])) ?? [],
    Prorate: service?.prorate ?? false,
    Description: service?.description ?? null,
    EffectiveDate: `${change.effectiveDate}T00:00:00`,
    ActivatedDate: change.activatedDate === null ? null : `${change.activatedDate}T00:00:00`,
    AddCarrierRatePlan: carrierPlan !== null,
    CarrierRatePlan: carrierPlan?.plan.code ?? null,
    CommPlan: carrierPlan?.commPlan ?? null,
    AddCustomerRatePlan: customerPlan !== null,
    CustomerRatePlan: customerPlan?.planCode ?? null,
    CustomerRatePool: customerPlan?.poolName ?? null,
    IntegrationAuthenticationId: customer.rev?.authenticationId ?? null,
    JasperDeviceID: null,
    SiteId: customer.siteId,
    ProviderId: service?.revProviderId ?? null,
    UsagePlanGroupId: service?.usagePlanGroupId ?? null,
  });
}
