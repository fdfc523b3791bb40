import { withCheckDigit } from '../check-digit.ts';
import { ACME, BOLT, GOLF, type SampleCustomer } from './customers.ts';
import { tenantOf, type ProviderId } from './providers.ts';

/** A sample device, as what it is a sample of. */
export interface FleetDevice {
  readonly id: number;
  readonly provider: ProviderId;
  readonly iccid: string;
  readonly msisdn: string;
  readonly customer: SampleCustomer;
  readonly archived: 'inactive' | 'deleted' | null;
  readonly hasTenant: boolean;
  readonly packages: 'one' | 'two' | 'none';
  /** A NOT_ACTIVE package of POND-5GB beside: known to the database, or not. */
  readonly idle: 'known' | 'stranger' | null;
  /** Its live line at Rev.io: with an active product, or without. Lines are numbered by the device's place. */
  readonly line: { readonly place: number; readonly hasProduct: boolean } | null;
}

/** How many devices a provider has, and what their ICCIDs begin with. */
const FLEETS = [
  { provider: 1, count: 60, prefix: '8988303000' },
  { provider: 2, count: 12, prefix: '8901170200' },
  { provider: 3, count: 6, prefix: '8901260300' },
  { provider: 4, count: 4, prefix: '8988303004' },
  { provider: 5, count: 4, prefix: '8988303005' },
  { provider: 6, count: 4, prefix: '8901190600' },
  { provider: 7, count: 4, prefix: '8930272070' },
] as const;

/** The devices of the sandbox. */
export function sampleFleet(): readonly FleetDevice[] {
  return FLEETS.flatMap(({ provider, count, prefix }) =>
    Array.from({ length: count }, (_, index) => {
      const device = ordinary(provider, prefix, index);
      return provider === 1 ? special(device, index) : device;
    }),
  ).map((device, index) => ({ ...device, id: index + 1 }));
}

/** `count` devices of provider 1 more, with nothing special. */
export function moreOfPond(count: number, firstId: number): readonly FleetDevice[] {
  return Array.from({ length: count }, (_, index) => ({ ...ordinary(1, '8988304', index, '8824'), id: firstId + index }));
}

type Unnumbered = Omit<FleetDevice, 'id'>;

function ordinary(provider: ProviderId, prefix: string, index: number, phonePrefix = '8823'): Unnumbered {
  return {
    provider,
    iccid: withCheckDigit(digits(prefix, index)),
    // A phone number belongs to one device: service lines are found by it.
    msisdn: `${phonePrefix}${provider}${String(index + 1).padStart(8, '0')}`,
    customer: tenantOf(provider) === 2 ? GOLF : index % 10 === 9 ? BOLT : ACME,
    archived: null,
    hasTenant: true,
    packages: 'one',
    idle: null,
    line: null,
  };
}

/** The first fleet has one of everything: which device (from 0) is what. */
function special(device: Unnumbered, index: number): Unnumbered {
  const body = device.iccid.slice(0, 19);
  return {
    ...device,
    // Every fifth SIM is known by its 19 digits; one by 18, which POND does not take.
    iccid: index === 59 ? body.slice(0, 18) : index % 5 === 4 ? body : device.iccid,
    archived: index === 50 ? 'inactive' : index === 51 ? 'deleted' : null,
    hasTenant: index < 52 || index > 54,
    packages: index === 45 ? 'two' : index === 46 ? 'none' : 'one',
    idle: index === 47 ? 'known' : index === 48 ? 'stranger' : null,
    line: index >= 20 && index < 30 ? { place: index, hasProduct: index < 25 } : null,
  };
}

function digits(prefix: string, index: number): string {
  return `${prefix}${String(index + 1).padStart(19 - prefix.length, '0')}`;
}
