import type { CarrierUnderTest } from './carrier-under-test.ts';
import { pondIccid } from '../end-to-end/cli.ts';

/** State of the simulated POND, as far as it is looked at here. */
interface PondState {
  readonly packageTypes: readonly { readonly packageTypeId: number; readonly name: string }[];
  readonly packages: readonly { readonly simIccid: string; readonly packageTypeId: number; readonly status: string }[];
}

const subject = (iccid: string): string => iccid.slice(0, 19);

/** A change is three calls with an effect: add, activate, terminate the old package. */
export const pond: CarrierUnderTest = {
  integration: 'Pond',
  service: 'pond',
  devices: [pondIccid(1), pondIccid(2), pondIccid(3)],
  planBefore: 'POND-1GB',
  plan: 'POND-5GB',
  read: { method: 'GET', path: 'package/infos' },
  write: { method: 'POST', path: 'addPackage' },
  changedOnce: { 'added package 105': 1, 'activated package': 1, 'terminated package': 1 },
  audit: [
    'Pond add carrier rate plan: API.',
    'Pond update carrier rate plan status: API.',
    'Pond update carrier rate plan status: API.',
    'Pond update carrier rate plan status: Database.',
    'Pond add carrier rate plan: Database.',
    'Device update carrier rate plan: Database.',
  ],
  subject,
  planAt: ({ services }, iccid) => {
    // The simulator's own state.
    const { packages, packageTypes } = (services.get('pond')?.service.state() ?? { packages: [], packageTypes: [] }) as PondState;
    const active = packages.filter(({ simIccid, status }) => simIccid === subject(iccid) && status === 'ACTIVE');
    return active.map(({ packageTypeId }) => packageTypes.find((type) => type.packageTypeId === packageTypeId)?.name).join(', ');
  },
};
