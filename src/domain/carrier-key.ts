import type { Carrier } from './carrier.ts';

/** What a carrier knows a device by. */
export type CarrierKey = 'ICCID' | 'EID' | 'phone number';

/** What a carrier knows its devices by. */
export function carrierKey({ needs }: Pick<Carrier, 'needs'>): CarrierKey {
  if (needs.includes('eid')) return 'EID';
  return needs.includes('phone-number') || needs.includes('phone-number-10') ? 'phone number' : 'ICCID';
}
