import { passesLuhn } from './iccid.ts';

/** POND knows SIMs by exactly 19 digits: of 20 the check digit is left out; null when the ICCID fits neither. */
export function pondIccid(iccid: string): string | null {
  if (iccid.length === 19) return iccid;
  return iccid.length === 20 && passesLuhn(iccid) ? iccid.slice(0, 19) : null;
}
