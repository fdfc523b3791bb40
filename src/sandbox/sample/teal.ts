import { withCheckDigit } from '../check-digit.ts';
import { ACME } from './customers.ts';
import { ALIVE, LONG_AGO, type SampleEsim, type SampleTables, type SampleTealPlan } from './data.ts';
import { REVIO_AUTHENTICATION } from './providers.ts';

/** Ids of operator-lookups.ts. */
const TEAL = 9;
const ACTIVATED = 90;
const PROVIDER = 22;

const DEVICES = 40;
const FIRST_DEVICE_ID = 3101;
/** The last devices, from 0: three EIDs are blank, and two cannot change their plan. */
const BLANK_EIDS: readonly (string | null)[] = [null, '', '  '];
const FIRST_BLANK = 35;
const RESTRICTED = 38;
const FAILING = 39;

const FIRST_PLAN_ID = 2201;
/** One has no PlanUuid, one is retired. */
const PLANS = ['TEAL-100MB', 'TEAL-500MB', 'TEAL-1GB', 'TEAL-5GB', 'TEAL-NOUUID', 'TEAL-OLD'] as const;
const FIRST_PLAN = PLANS[0];

/** Teal's service provider with its devices and plans, in the database. */
export function tealTables(): SampleTables {
  const devices = Array.from({ length: DEVICES }, (_, index) => ({ id: FIRST_DEVICE_ID + index, index }));
  return {
    ServiceProvider: [
      {
        id: PROVIDER,
        Name: 'Teal Sandbox',
        DisplayName: 'Teal Sandbox',
        IntegrationId: TEAL,
        TenantId: 1,
        WriteIsEnabled: 1,
        ...ALIVE,
      },
    ],
    JasperCarrierRatePlan: PLANS.map((code, index) => ({
      id: FIRST_PLAN_ID + index,
      RatePlanCode: code,
      FriendlyName: `${code} (sample)`,
      PlanUuid: code === 'TEAL-NOUUID' ? null : planUuid(index),
      ServiceProviderId: PROVIDER,
      BaseRate: 1.5,
      PlanMB: 1024,
      IsRetired: code === 'TEAL-OLD' ? 1 : 0,
      ...ALIVE,
    })),
    UserServiceProvider: [1, 2].map((UserId) => ({ UserId, ServiceProviderId: PROVIDER })),
    Device: devices.map(({ id, index }) => ({
      id,
      ServiceProviderId: PROVIDER,
      ICCID: iccid(index),
      MSISDN: `8823${PROVIDER}${String(index + 1).padStart(8, '0')}`,
      EID: index >= FIRST_BLANK && index < RESTRICTED ? (BLANK_EIDS[index - FIRST_BLANK] ?? null) : eid(index),
      DeviceStatusId: ACTIVATED,
      Status: 'ACTIVATED',
      CarrierRatePlanId: FIRST_PLAN_ID,
      RatePlan: FIRST_PLAN,
      ...ALIVE,
    })),
    Device_Tenant: devices.map(({ id }) => ({
      DeviceId: id,
      TenantId: 1,
      AccountNumber: ACME.id,
      AccountNumberIntegrationAuthenticationId: REVIO_AUTHENTICATION,
      SiteId: ACME.n,
      ...ALIVE,
    })),
    DeviceStatusHistory: devices.map(({ index }) => ({
      ICCID: iccid(index),
      CurrentStatus: 'ACTIVATED',
      PreviousStatus: 'ACTIVATION_READY',
      DateOfChange: LONG_AGO,
    })),
  };
}

/** The eSIMs that Teal knows: those with an EID. */
export function tealEsims(): readonly SampleEsim[] {
  return Array.from({ length: DEVICES }, (_, index) => index)
    .filter((index) => index < FIRST_BLANK || index >= RESTRICTED)
    .map((index) => ({
      eid: eid(index),
      iccid: iccid(index),
      planUuid: planUuid(0),
      manner: index === RESTRICTED ? 'restricted' : index === FAILING ? 'failing' : 'willing',
    }));
}

/** The plans that Teal knows. */
export function tealPlans(): readonly SampleTealPlan[] {
  return PLANS.map((name, index) => ({ uuid: planUuid(index), name })).filter(({ name }) => name !== 'TEAL-NOUUID');
}

function iccid(index: number): string {
  return withCheckDigit(`8901490220${String(index + 1).padStart(9, '0')}`);
}

/** 32 digits. */
function eid(index: number): string {
  return `89049032${String(index + 1).padStart(24, '0')}`;
}

/** 32 hexadecimal digits. */
function planUuid(index: number): string {
  return `7ea1${String(index + 1).padStart(28, '0')}`;
}
