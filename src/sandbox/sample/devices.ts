import { ALIVE, LONG_AGO, type ControlCenterDevice, type SampleRow, type SampleTables } from './data.ts';
import type { FleetDevice } from './fleet.ts';
import { firstPlan } from './plans.ts';
import { integrationIdOf, isPond, REVIO_AUTHENTICATION, tenantOf, type ProviderId } from './providers.ts';

/** The communication plan of every Control Center device. */
const COMM_PLAN = 'CP_Basic';

/** The devices, whose they are, and when they were activated: one in ten nobody knows. */
export function deviceTables(fleet: readonly FleetDevice[]): SampleTables {
  return {
    Device: fleet.map(deviceRow),
    Device_Tenant: fleet.filter(({ hasTenant }) => hasTenant).map(tenantRow),
    DeviceStatusHistory: fleet
      .filter(({ id }) => id % 10 !== 0)
      .map(({ iccid }) => ({ ICCID: iccid, CurrentStatus: 'ACTIVATED', PreviousStatus: 'ACTIVATION_READY', DateOfChange: LONG_AGO })),
  };
}

/** The devices of a provider, as its Control Center knows them. */
export function controlCenterDevices(fleet: readonly FleetDevice[], provider: ProviderId): readonly ControlCenterDevice[] {
  return fleet
    .filter((device) => device.provider === provider)
    .map(({ iccid, msisdn }) => ({ iccid, msisdn, ratePlan: firstPlan(provider).code, communicationPlan: COMM_PLAN }));
}

function deviceRow({ id, provider, iccid, msisdn, archived, packages }: FleetDevice): SampleRow {
  const plan = packages === 'none' ? null : firstPlan(provider);
  return {
    id,
    ServiceProviderId: provider,
    ICCID: iccid,
    MSISDN: msisdn,
    DeviceStatusId: integrationIdOf(provider) * 10,
    Status: 'ACTIVATED',
    CarrierRatePlanId: plan?.id ?? null,
    RatePlan: plan?.code ?? null,
    CommunicationPlan: isPond(provider) ? null : COMM_PLAN,
    IsActive: archived === 'inactive' ? 0 : 1,
    IsDeleted: archived === 'deleted' ? 1 : 0,
  };
}

function tenantRow({ id, provider, customer }: FleetDevice): SampleRow {
  return {
    DeviceId: id,
    TenantId: tenantOf(provider),
    AccountNumber: customer.id,
    AccountNumberIntegrationAuthenticationId: REVIO_AUTHENTICATION,
    SiteId: customer.n,
    ...ALIVE,
  };
}
