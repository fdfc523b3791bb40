import { customerTables, REVIO_CUSTOMERS } from './sample/customers.ts';
import { combined, EMPTY, type SampleData } from './sample/data.ts';
import { controlCenterDevices, deviceTables } from './sample/devices.ts';
import { moreOfPond, sampleFleet, type FleetDevice } from './sample/fleet.ts';
import { mobilityData } from './sample/mobility.ts';
import { operatorTables } from './sample/operators.ts';
import { packageData } from './sample/packages.ts';
import { CONTROL_CENTER_PLANS, PACKAGE_TYPES, planTables } from './sample/plans.ts';
import { providerTables } from './sample/providers.ts';
import { tealEsims, tealPlans, tealTables } from './sample/teal.ts';
import { serviceLineData } from './sample/service-lines.ts';
import { thingSpaceData } from './sample/thingspace.ts';

/** The sample fleet of the sandbox with everything around it: always the same. */
export function sampleData(): SampleData {
  return [fleetData(sampleFleet()), thingSpaceData(), tealData(), mobilityData()].reduce(combined, lookups());
}

/** `count` POND devices of provider 1 more, each on POND-1GB: for measurements and tests. */
export function pondFleet(count: number, firstId = 100_000): SampleData {
  return fleetData(moreOfPond(count, firstId));
}

/** Everything that is not a device. */
function lookups(): SampleData {
  return {
    ...EMPTY,
    tables: { ...providerTables(), ...planTables(), ...customerTables(), ...operatorTables() },
    pond: { packageTypes: PACKAGE_TYPES, packages: [], sims: [] },
    controlCenterPlans: CONTROL_CENTER_PLANS,
    revio: { customers: REVIO_CUSTOMERS, services: [], products: [] },
  };
}

function fleetData(fleet: readonly FleetDevice[]): SampleData {
  const packages = packageData(fleet);
  const lines = serviceLineData(fleet);
  return {
    ...EMPTY,
    tables: { ...deviceTables(fleet), ...packages.tables, ...lines.tables },
    pond: { packageTypes: [], ...packages.pond },
    controlCenter: {
      jasper: controlCenterDevices(fleet, 2),
      tmobilejasper: controlCenterDevices(fleet, 3),
      pod19: controlCenterDevices(fleet, 6),
      rogers: controlCenterDevices(fleet, 7),
    },
    revio: { customers: [], ...lines.revio },
  };
}

function tealData(): SampleData {
  return { ...EMPTY, tables: tealTables(), teal: { esims: tealEsims(), plans: tealPlans() } };
}
