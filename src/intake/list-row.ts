import { parseIccid, passesLuhn, type IccidProblem } from '../domain/iccid.ts';
import type { ListProblem, ListRow, RowValues } from '../domain/list-row.ts';
import type { ColumnKey, Columns } from './columns.ts';

/** Reads one record of the list: its key, its values and what is wrong with it. */
export function listRow(line: number, raw: readonly string[], columns: Columns): ListRow {
  const cells = columns.names.map((_, at) => unquoted(raw[at] ?? ''));
  const at = (key: ColumnKey): string => cells[columns.index.get(key) ?? -1] ?? '';
  const nameOf = (key: ColumnKey): string => columns.names[columns.index.get(key) ?? -1] ?? key;
  const iccidText = at('iccid');
  const phoneNumber = at('phoneNumber').replaceAll(/\D/g, '') || null;
  const key = iccidText || at('phoneNumber');
  const values = valuesOf(at);
  const extra = raw.slice(columns.names.length).find((cell) => cell.trim() !== '');
  const parsed = parseIccid(iccidText);
  const problem =
    extra === undefined
      ? (keyProblem(iccidText, parsed.ok ? null : parsed.problem, phoneNumber, nameOf('iccid')) ??
        dateProblem(values.effectiveDate, nameOf('effectiveDate')))
      : tooManyCells(raw.length, columns.names.length);
  const iccid = parsed.ok && problem === null ? parsed.iccid : null;
  return {
    line,
    iccid,
    phoneNumber,
    key,
    values,
    problem,
    luhnFails: iccid !== null && iccid.length > 18 && !luhnOrNoCheckDigit(iccid),
    cells,
  };
}

/** A record that the parser could not make sense of. */
export function malformedRow(line: number, text: string, reason: string): ListRow {
  const problem: ListProblem = {
    code: 'ROW_MALFORMED',
    message: `The line cannot be read: ${reason}`,
    hint: 'look at its quotes and delimiters',
    column: '1',
  };
  return {
    line,
    iccid: null,
    phoneNumber: null,
    key: text.slice(0, 50),
    values: {},
    problem,
    luhnFails: false,
    cells: [text.slice(0, 500)],
  };
}

/** Takes one leading `'` off: it keeps spreadsheets from reading a cell as a number or formula. */
function unquoted(cell: string): string {
  const trimmed = cell.trim();
  return trimmed.startsWith("'") ? trimmed.slice(1).trim() : trimmed;
}

const VALUE_KEYS = [
  'customer',
  'site',
  'plan',
  'commPlan',
  'customerRatePlan',
  'customerRatePool',
  'effectiveDate',
] as const satisfies readonly (keyof RowValues)[];

function valuesOf(at: (key: ColumnKey) => string): RowValues {
  return Object.fromEntries(VALUE_KEYS.flatMap((key) => (at(key) === '' ? [] : [[key, at(key)]])));
}

/** 19 digits may be an ICCID without its check digit: nothing to check then. */
function luhnOrNoCheckDigit(iccid: string): boolean {
  return iccid.length === 19 || passesLuhn(iccid);
}

function keyProblem(text: string, problem: IccidProblem | null, phoneNumber: string | null, column: string): ListProblem | null {
  switch (problem) {
    case null:
      return null;
    case 'EMPTY':
      return phoneNumber === null ? { code: 'ICCID_MISSING', message: 'No ICCID', hint: 'every line needs one', column } : null;
    case 'SPREADSHEET_DAMAGE':
      return {
        code: 'ICCID_DAMAGED',
        message: `Invalid ICCID: ${text}`,
        hint: 'a spreadsheet turned it into a number and its digits are lost: export the column as text again',
        column,
      };
    case 'NOT_DIGITS':
      return { code: 'ICCID_MALFORMED', message: `Invalid ICCID: ${text.slice(0, 60)}`, hint: 'an ICCID has 18 to 22 digits', column };
    case 'WRONG_LENGTH':
      return {
        code: 'ICCID_MALFORMED',
        message: `Invalid ICCID: ${text.slice(0, 60)}`,
        hint: `an ICCID has 18 to 22 digits, this one has ${text.replaceAll(/\D/g, '').length}`,
        column,
      };
    default:
      return problem satisfies never;
  }
}

function dateProblem(date: string | undefined, column: string): ListProblem | null {
  if (date === undefined || isDay(date)) return null;
  return { code: 'EFFECTIVE_DATE_MALFORMED', message: `Effective date '${date}' is not a date`, hint: 'dates are yyyy-MM-dd', column };
}

/** Whether the text is a day of the calendar, `yyyy-MM-dd`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function tooManyCells(found: number, expected: number): ListProblem {
  return {
    code: 'ROW_MALFORMED',
    message: `The line has ${found} cells, the header has ${expected}`,
    hint: 'look for a delimiter inside a cell that is not quoted',
    column: String(expected + 1),
  };
}
