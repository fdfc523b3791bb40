import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import type { FleetState } from '../../src/sandbox/simulator/teal-fleet.ts';
import type { CarrierUnderTest } from './carrier-under-test.ts';

/** ICCID of the n-th device (from 1) of the sample fleet of Teal. */
export const tealIccid = (n: number): string => withCheckDigit(`8901490220${String(n).padStart(9, '0')}`);

/** What Teal knows it by. */
const subject = (iccid: string): string => `89049032${iccid.slice(10, 19).padStart(24, '0')}`;

/** A change is one call, which is queued and made later. */
export const teal: CarrierUnderTest = {
  integration: 'Teal',
  service: 'teal',
  devices: [tealIccid(1), tealIccid(2), tealIccid(3)],
  planBefore: 'TEAL-100MB',
  plan: 'TEAL-1GB',
  read: { method: 'GET', path: '/esims/info' },
  readBack: { method: 'GET' },
  write: { method: 'POST', path: '/esims/assign-plan' },
  changedOnce: { 'plan change queued': 1 },
  audit: ['Teal Carrier Rate Plan: API.', 'Teal Carrier Rate Plan: Database.'],
  subject,
  planAt: ({ services }, iccid) => {
    // The simulator's own state.
    const { esims, plans } = (services.get('teal')?.service.state() ?? { esims: [], plans: [] }) as FleetState;
    const planUuid = esims.find(({ eid }) => eid === subject(iccid))?.planUuid;
    return plans.find(({ uuid }) => uuid === planUuid)?.name ?? '';
  },
};
