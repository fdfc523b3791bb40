import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import type { ControlCenter } from '../../src/sandbox/sample/data.ts';
import type { CarrierUnderTest } from './carrier-under-test.ts';

/** State of a simulated Control Center, as far as it is looked at here. */
type ControlCenterState = readonly { readonly iccid: string; readonly ratePlan: string }[];

/** A change is one PUT. The four integrations differ in their names and their fleets. */
function controlCenter(integration: string, service: ControlCenter, fleet: string): CarrierUnderTest {
  const device = (n: number): string => withCheckDigit(`${fleet}${String(n).padStart(9, '0')}`);
  return {
    integration,
    service,
    devices: [device(1), device(2), device(3)],
    planBefore: 'IOT-10MB',
    plan: 'IOT-1GB',
    read: { method: 'GET' },
    write: { method: 'PUT' },
    changedOnce: { 'plan set': 1 },
    audit: ['Update Jasper Rate Plan: Jasper API', 'Update Jasper Rate Plan: AMOP Update'],
    subject: (iccid) => iccid,
    planAt: ({ services }, iccid) => {
      // The simulator's own state.
      const devices = (services.get(service)?.service.state() ?? []) as ControlCenterState;
      return devices.find((each) => each.iccid === iccid)?.ratePlan ?? '';
    },
  };
}

export const controlCenters: readonly CarrierUnderTest[] = [
  controlCenter('Jasper', 'jasper', '8901170200'),
  controlCenter('TMobileJasper', 'tmobilejasper', '8901260300'),
  controlCenter('POD19', 'pod19', '8901190600'),
  controlCenter('Rogers', 'rogers', '8930272070'),
];
