declare const brand: unique symbol;

/** The identity of a SIM: 18 to 22 digits as text, never a number. Made only by `parseIccid`. */
export type Iccid = string & { readonly [brand]: 'Iccid' };

export type IccidProblem = 'EMPTY' | 'SPREADSHEET_DAMAGE' | 'NOT_DIGITS' | 'WRONG_LENGTH';

export type ParsedIccid = { readonly ok: true; readonly iccid: Iccid } | { readonly ok: false; readonly problem: IccidProblem };

/** What a spreadsheet makes of a long number: `8.94E+18`, `8,94e18`, or a whole number with decimals. */
const SPREADSHEET_NUMBER = /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$|^\d+[.,]\d+$/i;

/** Reads an ICCID as people write it: spaces, dashes and the trailing `F` of a nibble-swapped EF_ICCID are cleaned. */
export function parseIccid(text: string): ParsedIccid {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, problem: 'EMPTY' };
  if (SPREADSHEET_NUMBER.test(trimmed)) return { ok: false, problem: 'SPREADSHEET_DAMAGE' };
  const cleaned = trimmed.replaceAll(/[\s-]/g, '').replace(/f$/i, '');
  if (!/^\d+$/.test(cleaned)) return { ok: false, problem: 'NOT_DIGITS' };
  if (cleaned.length < 18 || cleaned.length > 22) return { ok: false, problem: 'WRONG_LENGTH' };
  return { ok: true, iccid: cleaned as Iccid };
}

/** Whether the last digit is the Luhn check digit of the others (ITU-T E.118). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, double = false; index >= 0; index -= 1, double = !double) {
    const digit = digits.charCodeAt(index) - 48;
    const weighted = double ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
