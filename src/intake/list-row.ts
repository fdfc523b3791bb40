import { parseIccid, passesLuhn } from '../domain/iccid.ts';
import type { ListProblem, ListRow, RowValues } from '../domain/list-row.ts';
import { VALUE_KEYS, type ColumnKey, type Columns } from './columns.ts';
import { iccidProblem, malformed, noIccidProblem, tooManyCells } from './list-problems.ts';
import { parsePhoneNumber } from './phone-number.ts';
import type { RecordProblem } from './records.ts';

/** Reads one record of the list: its key, its values and what is wrong with it. */
export function listRow(line: number, raw: readonly string[], columns: Columns): ListRow {
  const cells = columns.names.map((_, at) => unquoted(raw[at] ?? ''));
  const at = (key: ColumnKey): string => cells[columns.index.get(key) ?? -1] ?? '';
  const nameOf = (key: ColumnKey): string => columns.names[columns.index.get(key) ?? -1] ?? key;
  const iccidText = at('iccid');
  const values = valuesOf(at);
  const parsed = parseIccid(iccidText);
  const phone = parsePhoneNumber(at('phoneNumber'));
  const problem =
    tooManyCells(raw, columns) ??
    (parsed.ok
      ? null
      : parsed.problem === 'EMPTY'
        ? noIccidProblem(at('phoneNumber'), phone, nameOf)
        : iccidProblem(iccidText, parsed.problem, nameOf('iccid'))) ??
    dateProblem(values.effectiveDate, nameOf('effectiveDate'));
  const iccid = parsed.ok && problem === null ? parsed.iccid : null;
  return {
    line,
    iccid,
    phoneNumber: phone.ok ? phone.digits : null,
    key: iccidText || at('phoneNumber'),
    values,
    problem,
    luhnFails: iccid !== null && iccid.length > 18 && !luhnOrNoCheckDigit(iccid),
    cells,
  };
}

/** A record that cannot be read. */
export function malformedRow(line: number, text: string, problem: RecordProblem): ListRow {
  return {
    line,
    iccid: null,
    phoneNumber: null,
    key: text.slice(0, 50),
    values: {},
    problem: malformed(problem),
    luhnFails: false,
    cells: [text.slice(0, 500)],
  };
}

/** Takes one leading `'` off: it keeps spreadsheets from reading a cell as a number or formula. */
function unquoted(cell: string): string {
  const trimmed = cell.trim();
  return trimmed.startsWith("'") ? trimmed.slice(1).trim() : trimmed;
}

function valuesOf(at: (key: ColumnKey) => string): RowValues {
  const values: { -readonly [Key in keyof RowValues]: RowValues[Key] } = {};
  for (const key of VALUE_KEYS) {
    const value = at(key);
    if (value !== '') values[key] = value;
  }
  return values;
}

/** 19 digits may be an ICCID without its check digit: nothing to check then. */
function luhnOrNoCheckDigit(iccid: string): boolean {
  return iccid.length === 19 || passesLuhn(iccid);
}

function dateProblem(date: string | undefined, column: string): ListProblem | null {
  if (date === undefined || isDay(date)) return null;
  const message = `Effective date '${date.slice(0, 60)}' is not a date`;
  return { code: 'EFFECTIVE_DATE_MALFORMED', message, hint: 'dates are yyyy-MM-dd', column };
}

/** Whether the text is a day of the calendar, `yyyy-MM-dd`. */
export function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  // 30 February is 2 March to a Date.
  return date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1;
}
