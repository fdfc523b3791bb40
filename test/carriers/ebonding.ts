import { withCheckDigit } from '../../src/sandbox/check-digit.ts';

/** ICCID of the n-th device (from 1) of the sample fleet of eBonding. */
export const ebondingIccid = (n: number): string => withCheckDigit(`8901410324${String(n).padStart(9, '0')}`);

/** Its phone number. */
export const ebondingNumber = (n: number): string => `20555524${String(n).padStart(2, '0')}`;
