import { withCheckDigit } from '../check-digit.ts';
import { THINGSPACE_ACCOUNT } from '../simulator/accounts.ts';
import { ACME } from './customers.ts';
import { ALIVE, EMPTY, LONG_AGO, type SampleData, type SampleRow, type ThingSpaceDevice } from './data.ts';
import { REVIO_AUTHENTICATION } from './providers.ts';

/** ServiceProvider.id, and the ids of operator-lookups.ts. */
const PROVIDER = 21;
const INTEGRATION = 2;
const TENANT = 1;

/** One is retired, and one is in the database only: ThingSpace does not know it. */
const PLANS = [
  { id: 2101, code: 'TS-5MB', retired: 0 },
  { id: 2102, code: 'TS-50MB', retired: 0 },
  { id: 2103, code: 'TS-500MB', retired: 0 },
  { id: 2104, code: 'TS-1GB', retired: 0 },
  { id: 2105, code: 'TS-OLD', retired: 1 },
  { id: 2106, code: 'TS-UNKNOWN', retired: 0 },
] as const;

/** The plan that every device begins with. */
const FIRST_PLAN = PLANS[0];

const FIRST_ID = 3001;
const COUNT = 40;

/** A second billing account of the same customer. */
const OTHER_ACCOUNT = '0000123456-00002';

interface Device {
  readonly id: number;
  readonly iccid: string;
  readonly mdn: string;
  /** As the database knows it. */
  readonly status: 'ACTIVATED' | 'SUSPENDED';
  /** As ThingSpace knows it; null where it does not. */
  readonly state: ThingSpaceDevice['state'] | null;
  readonly accountName: string;
}

/** A service provider at ThingSpace: its plans and its devices. The last ones are special. */
export function thingSpaceData(): SampleData {
  const devices = Array.from({ length: COUNT }, (_, index) => special(ordinary('8914800021', '1500', index, FIRST_ID + index), index));
  const data = ofDevices(devices);
  return {
    ...data,
    tables: {
      ServiceProvider: [
        {
          id: PROVIDER,
          Name: 'ThingSpace Sandbox',
          DisplayName: 'ThingSpace Sandbox',
          IntegrationId: INTEGRATION,
          TenantId: TENANT,
          WriteIsEnabled: 1,
          ...ALIVE,
        },
      ],
      JasperCarrierRatePlan: PLANS.map(planRow),
      // sandbox and readonly, see operators.ts.
      UserServiceProvider: [1, 2].map((UserId) => ({ UserId, ServiceProviderId: PROVIDER })),
      ...data.tables,
    },
    thingspace: { ...data.thingspace, plans: PLANS.map(({ code }) => code).filter((code) => code !== 'TS-UNKNOWN') },
  };
}

/** `count` devices more, with nothing special. */
export function moreOfThingSpace(count: number, firstId: number): SampleData {
  return ofDevices(Array.from({ length: count }, (_, index) => ordinary('8914800022', '1600', index, firstId + index)));
}

function ofDevices(devices: readonly Device[]): SampleData {
  return {
    ...EMPTY,
    tables: {
      Device: devices.map(deviceRow),
      Device_Tenant: devices.map(tenantRow),
      DeviceStatusHistory: devices.map(({ iccid }) => ({
        ICCID: iccid,
        CurrentStatus: 'ACTIVATED',
        PreviousStatus: 'ACTIVATION_READY',
        DateOfChange: LONG_AGO,
      })),
    },
    thingspace: {
      plans: [],
      devices: devices.flatMap(({ iccid, mdn, accountName, state }) =>
        state === null ? [] : [{ iccid, mdn, accountName, plan: FIRST_PLAN.code, state }],
      ),
    },
  };
}

function ordinary(prefix: string, phonePrefix: string, index: number, id: number): Device {
  const n = String(index + 1);
  return {
    id,
    iccid: withCheckDigit(`${prefix}${n.padStart(19 - prefix.length, '0')}`),
    mdn: `${phonePrefix}${n.padStart(7, '0')}`,
    status: 'ACTIVATED',
    state: 'active',
    accountName: THINGSPACE_ACCOUNT.accountName,
  };
}

/** Which device (from 0) is what. */
function special(device: Device, index: number): Device {
  switch (index) {
    case 35:
      return { ...device, accountName: OTHER_ACCOUNT };
    case 36:
      return { ...device, status: 'SUSPENDED', state: 'suspend' };
    // Suspended since the database looked last.
    case 37:
      return { ...device, state: 'suspend' };
    // Refused when it is changed, not when it is read.
    case 38:
      return { ...device, state: 'deactive' };
    case 39:
      return { ...device, state: null };
    default:
      return device;
  }
}

function planRow({ id, code, retired }: (typeof PLANS)[number]): SampleRow {
  return {
    id,
    RatePlanCode: code,
    FriendlyName: `${code} (sample)`,
    JasperRatePlanId: null,
    ServiceProviderId: PROVIDER,
    BaseRate: 1.5,
    PlanMB: 1024,
    IsRetired: retired,
    ...ALIVE,
  };
}

function deviceRow({ id, iccid, mdn, status }: Device): SampleRow {
  return {
    id,
    ServiceProviderId: PROVIDER,
    ICCID: iccid,
    MSISDN: mdn,
    DeviceStatusId: INTEGRATION * 10 + (status === 'SUSPENDED' ? 2 : 0),
    Status: status,
    CarrierRatePlanId: FIRST_PLAN.id,
    RatePlan: FIRST_PLAN.code,
    CommunicationPlan: null,
    ...ALIVE,
  };
}

function tenantRow({ id }: Device): SampleRow {
  return {
    DeviceId: id,
    TenantId: TENANT,
    AccountNumber: ACME.id,
    AccountNumberIntegrationAuthenticationId: REVIO_AUTHENTICATION,
    SiteId: ACME.n,
    ...ALIVE,
  };
}
