export type ParsedPhoneNumber =
  | { readonly ok: true; readonly digits: string }
  | { readonly ok: false; readonly problem: 'EMPTY' | 'SPREADSHEET_DAMAGE' | 'MALFORMED' };

/** What a spreadsheet makes of a number of twelve digits or more: `4.9170E+11`, or a number with decimals. */
const SPREADSHEET_NUMBER = /^[+-]?\d+(?:[.,]\d+)?e[+-]?\d+$|^\d+[.,]0+$/i;

/** Reads a subscriber number as people write it: signs and blanks between the digits are cleaned. A text without digits is none. */
export function parsePhoneNumber(text: string): ParsedPhoneNumber {
  if (!/\d/.test(text)) return { ok: false, problem: 'EMPTY' };
  if (SPREADSHEET_NUMBER.test(text)) return { ok: false, problem: 'SPREADSHEET_DAMAGE' };
  if (!/^[\d\s()+./-]+$/.test(text)) return { ok: false, problem: 'MALFORMED' };
  return { ok: true, digits: text.replaceAll(/\D/g, '') };
}
