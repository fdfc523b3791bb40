import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import type { SimulatorState } from '../../src/sandbox/simulator/simulator-state.ts';
import type { CarrierUnderTest } from './carrier-under-test.ts';

/** State of the simulated ThingSpace, as far as it is looked at here. */
interface ThingSpaceState {
  readonly devices: readonly { readonly iccid: string; readonly plan: string; readonly next: unknown }[];
}

/** The ICCID of the n-th device (from 1) of the sandbox's ThingSpace fleet. */
export function thingSpaceIccid(n: number): string {
  return withCheckDigit(`8914800021${String(n).padStart(9, '0')}`);
}

/** A change is one member of a PUT, which is accepted; a read shows when it is done. Reads are POSTs. */
export const thingSpace: CarrierUnderTest = {
  integration: 'ThingSpace',
  service: 'thingspace',
  devices: [thingSpaceIccid(1), thingSpaceIccid(2), thingSpaceIccid(3)],
  planBefore: 'TS-5MB',
  plan: 'TS-1GB',
  read: { method: 'POST', path: 'devices/actions/list' },
  write: { method: 'PUT', path: 'devices/actions/plan' },
  changedOnce: { 'plan set': 1 },
  audit: ['Update ThingSpace Rate Plan: ThingSpace API', 'Update ThingSpace Rate Plan: AMOP Update'],
  sharesRequests: true,
  renewsToken: true,
  subject: (iccid) => iccid,
  isQuiet: (carriers) => devicesOf(carriers).every(({ next }) => next === null),
  planAt: (carriers, iccid) => devicesOf(carriers).find((each) => each.iccid === iccid)?.plan ?? '',
};

function devicesOf({ services }: SimulatorState): ThingSpaceState['devices'] {
  // The simulator's own state.
  const state = services.get('thingspace')?.service.state() as ThingSpaceState | undefined;
  return state?.devices ?? [];
}
