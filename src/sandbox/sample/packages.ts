import { ALIVE, type SampleData, type SamplePackage, type SampleTables } from './data.ts';
import type { FleetDevice } from './fleet.ts';
import { isPond } from './providers.ts';

/** The packages of a fleet's POND devices: in the database, and at POND. They differ where a device has one that is a stranger. */
export function packageData(fleet: readonly FleetDevice[]): {
  readonly tables: SampleTables;
  readonly pond: Pick<SampleData['pond'], 'packages' | 'sims'>;
} {
  const devices = fleet.filter(({ provider }) => isPond(provider));
  const known = devices.flatMap((device) => packagesOf(device).map((each) => ({ device, each })));
  return {
    tables: {
      POND_Package: known
        .filter(({ device, each }) => device.idle !== 'stranger' || each.status === 'ACTIVE')
        .map(({ device, each }) => ({
          ICCID: device.iccid,
          PackageId: each.packageId,
          PackageTypeId: each.packageTypeId,
          Status: each.status,
          ServiceProviderId: device.provider,
          ...ALIVE,
        })),
    },
    pond: { packages: known.map(({ each }) => each), sims: devices.map(simOf) },
  };
}

function packagesOf(device: FleetDevice): readonly SamplePackage[] {
  const make = (n: number, packageTypeId: number, status: SamplePackage['status']): SamplePackage => ({
    packageId: `00000000-0000-4000-8000-${String(device.id * 10 + n).padStart(12, '0')}`,
    simIccid: simOf(device),
    packageTypeId,
    status,
  });
  if (device.packages === 'none') return [];
  return [
    make(1, 101, 'ACTIVE'),
    ...(device.packages === 'two' ? [make(2, 110, 'ACTIVE')] : []),
    ...(device.idle === null ? [] : [make(3, 105, 'NOT_ACTIVE')]),
  ];
}

/** POND knows a SIM by 19 digits. */
function simOf({ iccid }: FleetDevice): string {
  return iccid.slice(0, 19);
}
