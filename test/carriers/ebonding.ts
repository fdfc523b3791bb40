import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import type { CarrierUnderTest } from './carrier-under-test.ts';

/** ICCID of the n-th device (from 1) of the sample fleet of eBonding. */
export const ebondingIccid = (n: number): string => withCheckDigit(`8901410324${String(n).padStart(9, '0')}`);

/** Its phone number. */
export const ebondingNumber = (n: number): string => `20555524${String(n).padStart(2, '0')}`;

/** What a list has to know about it: nothing is called over HTTP. */
export const ebonding = {
  integration: 'eBonding',
  devices: [ebondingIccid(1), ebondingIccid(2), ebondingIccid(3)],
  planBefore: 'EB-1GB',
  plan: 'EB-10GB',
  audit: ['Carrier Rate Plan Change: eBonding API', 'Carrier Rate Plan Change: AMOP Update'],
} satisfies Partial<CarrierUnderTest>;
