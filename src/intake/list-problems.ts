import type { IccidProblem } from '../domain/iccid.ts';
import type { ListProblem } from '../domain/list-row.ts';
import type { ColumnKey, Columns } from './columns.ts';
import type { ParsedPhoneNumber } from './phone-number.ts';
import type { RecordProblem } from './records.ts';

const DAMAGED = 'a spreadsheet turned it into a number and its digits are lost: export the column as text again';

/** What is wrong with a cell that should be an ICCID, and what to do. */
export function iccidProblem(text: string, problem: Exclude<IccidProblem, 'EMPTY'>, column: string): ListProblem {
  const message = `Invalid ICCID: ${text.slice(0, 60)}`;
  switch (problem) {
    case 'SPREADSHEET_DAMAGE':
      return { code: 'ICCID_DAMAGED', message, hint: DAMAGED, column };
    case 'NOT_DIGITS':
      return { code: 'ICCID_MALFORMED', message, hint: 'an ICCID has 18 to 22 digits', column };
    case 'WRONG_LENGTH': {
      const digits = text.replaceAll(/\D/g, '').length;
      return { code: 'ICCID_MALFORMED', message, hint: `an ICCID has 18 to 22 digits, this one has ${digits}`, column };
    }
    default:
      return problem satisfies never;
  }
}

/** A line without an ICCID needs a phone number. */
export function noIccidProblem(text: string, phone: ParsedPhoneNumber, nameOf: (key: ColumnKey) => string): ListProblem | null {
  if (phone.ok) return null;
  const message = `Invalid phone number: ${text.slice(0, 60)}`;
  switch (phone.problem) {
    case 'EMPTY':
      return { code: 'ICCID_MISSING', message: 'No ICCID', hint: 'every line needs one', column: nameOf('iccid') };
    case 'SPREADSHEET_DAMAGE':
      return { code: 'ICCID_DAMAGED', message, hint: DAMAGED, column: nameOf('phoneNumber') };
    case 'MALFORMED':
      return { code: 'ICCID_MALFORMED', message, hint: 'a phone number has digits only', column: nameOf('phoneNumber') };
    default:
      return phone.problem satisfies never;
  }
}

/** Delimiters behind the last column are no cells: spreadsheets write them. */
export function tooManyCells(raw: readonly string[], { names, hasHeader }: Columns): ListProblem | null {
  if (raw.length <= names.length || raw.slice(names.length).every((cell) => cell.trim() === '')) return null;
  return {
    code: 'ROW_MALFORMED',
    message: `The line has ${raw.length} cells, the ${hasHeader ? 'header' : 'first line'} has ${names.length}`,
    hint: 'look for a delimiter inside a cell that is not quoted',
    column: String(names.length + 1),
  };
}

const MALFORMED = {
  QUOTE_OPEN: { reason: 'a quote is opened and never closed', hint: 'look at its quotes' },
  QUOTE_INSIDE: { reason: 'a quote stands inside a cell', hint: 'quote the whole cell, and double the quotes in it' },
  TOO_LONG: { reason: 'it is longer than 64 KiB', hint: 'look at its quotes and line ends' },
  NUL: { reason: 'it holds NUL bytes', hint: 'export the list again as CSV text' },
} as const satisfies Record<RecordProblem, { readonly reason: string; readonly hint: string }>;

/** A cell that is not what its column wants. */
export function malformed(problem: RecordProblem): ListProblem {
  const { reason, hint } = MALFORMED[problem];
  return { code: 'ROW_MALFORMED', message: `The line cannot be read: ${reason}`, hint, column: '1' };
}
