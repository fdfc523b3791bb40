import { subscriberNumber } from '../../domain/subscriber-number.ts';
import { withCheckDigit } from '../check-digit.ts';
import { ACME } from './customers.ts';
import { ALIVE, EMPTY, LONG_AGO, type SampleData, type SampleLine, type SampleRow } from './data.ts';
import { REVIO_AUTHENTICATION } from './providers.ts';

/** ServiceProvider.id, ids of operator-lookups.ts, and the first MobilityDevice.id. */
const TELEGENCE = { id: 23, name: 'Telegence Sandbox', integration: 4, firstDevice: 3201, iccids: '8901410323' } as const;
const EBONDING = { id: 24, name: 'eBonding Sandbox', integration: 7, firstDevice: 3221, iccids: '8901410324' } as const;

type MobilityProvider = typeof TELEGENCE | typeof EBONDING;

/** Of each carrier one is retired, and of Telegence's one is in the database only. */
const PLANS = [
  { provider: TELEGENCE, codes: ['TG-1GB', 'TG-5GB', 'TG-10GB', 'TG-50GB', 'TG-OLD', 'TG-UNKNOWN'], firstId: 2301 },
  { provider: EBONDING, codes: ['EB-1GB', 'EB-5GB', 'EB-10GB', 'EB-50GB', 'EB-100GB', 'EB-OLD'], firstId: 2307 },
] as const;

const TENANT = 1;
const DEVICES_PER_PROVIDER = 20;

interface Device {
  readonly id: number;
  readonly provider: MobilityProvider;
  readonly iccid: string;
  readonly msisdn: string | null;
  readonly isArchived: boolean;
  /** ICCID of the SIM in its line, as Telegence knows it; null where it does not know the line. */
  readonly sim: string | null;
}

/** The two service providers of the Mobility portal, their plans and their devices. The last ones of each are special. */
export function mobilityData(): SampleData {
  const devices = [...devicesOf(TELEGENCE).map(specialLine), ...devicesOf(EBONDING).map(specialOfEbonding)];
  return {
    ...EMPTY,
    tables: {
      ServiceProvider: PLANS.map(({ provider: { id, name, integration } }) => ({
        id,
        Name: name,
        DisplayName: name,
        IntegrationId: integration,
        TenantId: TENANT,
        WriteIsEnabled: 1,
        ...ALIVE,
      })),
      JasperCarrierRatePlan: PLANS.flatMap(({ provider, codes, firstId }) =>
        codes.map((code, index) => planRow(provider.id, firstId + index, code)),
      ),
      // sandbox and readonly, see operators.ts.
      UserServiceProvider: PLANS.flatMap(({ provider }) => [1, 2].map((UserId) => ({ UserId, ServiceProviderId: provider.id }))),
      MobilityDevice: devices.map(deviceRow),
      MobilityDevice_Tenant: devices.map(({ id }) => ({
        MobilityDeviceId: id,
        TenantId: TENANT,
        AccountNumber: ACME.id,
        AccountNumberIntegrationAuthenticationId: REVIO_AUTHENTICATION,
        SiteId: ACME.n,
        ...ALIVE,
      })),
      DeviceStatusHistory: devices.map(({ iccid }) => ({
        ICCID: iccid,
        CurrentStatus: 'ACTIVATED',
        PreviousStatus: 'ACTIVATION_READY',
        DateOfChange: LONG_AGO,
      })),
    },
    telegence: { plans: PLANS[0].codes.filter((code) => code !== 'TG-UNKNOWN'), lines: devices.flatMap(lineOf) },
  };
}

function devicesOf(provider: MobilityProvider): readonly Device[] {
  return Array.from({ length: DEVICES_PER_PROVIDER }, (_, index) => {
    const n = String(index + 1);
    const iccid = withCheckDigit(`${provider.iccids}${n.padStart(9, '0')}`);
    const msisdn = `205555${provider.id}${n.padStart(2, '0')}`;
    return { id: provider.firstDevice + index, provider, iccid, msisdn, isArchived: false, sim: iccid };
  });
}

/** Which device of Telegence (from 0) is what. */
function specialLine(device: Device, index: number): Device {
  switch (index) {
    case 14:
      return { ...device, msisdn: `1${device.msisdn}` };
    case 15:
      return { ...device, msisdn: null };
    case 16:
      return { ...device, msisdn: '205555230' };
    // Its number has another SIM by now.
    case 17:
      return { ...device, sim: withCheckDigit('8901410399000000001') };
    case 18:
      return { ...device, isArchived: true };
    case 19:
      return { ...device, sim: null };
    default:
      return device;
  }
}

/** Which device of eBonding (from 0) is what. */
function specialOfEbonding(device: Device, index: number): Device {
  if (index === 18) return { ...device, msisdn: ' ' };
  return index === 19 ? { ...device, isArchived: true } : device;
}

function lineOf({ provider, msisdn, sim }: Device): readonly SampleLine[] {
  const number = subscriberNumber(msisdn);
  if (provider !== TELEGENCE || number === null || sim === null) return [];
  return [{ subscriberNumber: number, sim, singleUserCode: PLANS[0].codes[0] }];
}

function planRow(provider: number, id: number, code: string): SampleRow {
  return {
    id,
    RatePlanCode: code,
    FriendlyName: `${code} (sample)`,
    JasperRatePlanId: null,
    ServiceProviderId: provider,
    BaseRate: 1.5,
    PlanMB: 1024,
    IsRetired: code.endsWith('-OLD') ? 1 : 0,
    ...ALIVE,
  };
}

function deviceRow({ id, provider, iccid, msisdn, isArchived }: Device): SampleRow {
  const { codes, firstId } = provider === TELEGENCE ? PLANS[0] : PLANS[1];
  return {
    id,
    ServiceProviderId: provider.id,
    ICCID: iccid,
    MSISDN: msisdn,
    DeviceStatusId: provider.integration * 10,
    Status: 'ACTIVATED',
    CarrierRatePlanId: firstId,
    RatePlan: codes[0],
    IsActive: isArchived ? 0 : 1,
    IsDeleted: 0,
  };
}
