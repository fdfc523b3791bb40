import { PondBulkError } from '../domain/errors.ts';
import { parseIccid } from '../domain/iccid.ts';
import type { RowValues } from '../domain/list-row.ts';

/** Columns with what a row wants. */
export const VALUE_KEYS = [
  'customer',
  'site',
  'plan',
  'commPlan',
  'customerRatePlan',
  'customerRatePool',
  'effectiveDate',
] as const satisfies readonly (keyof RowValues)[];

/** What a column can be for. */
export const COLUMN_KEYS = ['iccid', 'phoneNumber', ...VALUE_KEYS] as const;

export type ColumnKey = (typeof COLUMN_KEYS)[number];

/** Header names without case, spaces, `_` and `-`. */
const NAMES: Readonly<Record<string, ColumnKey>> = {
  iccid: 'iccid',
  sim: 'iccid',
  simnumber: 'iccid',
  phonenumber: 'phoneNumber',
  msisdn: 'phoneNumber',
  subscribernumber: 'phoneNumber',
  customer: 'customer',
  revcustomerid: 'customer',
  site: 'site',
  plan: 'plan',
  rateplan: 'plan',
  carrierrateplan: 'plan',
  commplan: 'commPlan',
  customerrateplan: 'customerRatePlan',
  customerratepool: 'customerRatePool',
  effectivedate: 'effectiveDate',
};

const fold = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, '');

/** What a header's name means; undefined for a column of the operator's own. */
export function columnKey(header: string): ColumnKey | undefined {
  const folded = fold(header);
  return Object.hasOwn(NAMES, folded) ? NAMES[folded] : undefined;
}

/** Where each value of a row is found. */
export interface Columns {
  /** Names of all columns, for the results. */
  readonly names: readonly string[];
  readonly index: ReadonlyMap<ColumnKey, number>;
  /** Whether the first record is a header. */
  readonly hasHeader: boolean;
}

/** `--column iccid=SIM` or `--column iccid=1`, several of them; the last of a key counts. Throws PondBulkError (usage). */
export function parseColumnOptions(options: readonly string[]): ReadonlyMap<ColumnKey, string> {
  const given = new Map<ColumnKey, string>();
  for (const option of options) {
    const [name = '', ...rest] = option.split('=');
    const key = columnKey(name);
    const value = rest.join('=').trim();
    if (key === undefined || value === '') {
      throw new PondBulkError(
        'usage',
        'COLUMN_OPTION_INVALID',
        `--column ${option}: give KEY=HEADER or KEY=NUMBER, with KEY one of ${COLUMN_KEYS.map(spelled).join(', ')}`,
      );
    }
    given.set(key, value);
  }
  return given;
}

/** Finds the columns from the first record. Throws PondBulkError (input) when it cannot be told where the ICCIDs are. */
export function findColumns(first: readonly string[], given: ReadonlyMap<ColumnKey, string>, list: string, line = 1): Columns {
  const where = `${list}, line ${line}`;
  // A header that was kept from being a formula, too, loses the apostrophe that did it.
  const cells = first.map((cell) => cell.trim().replace(/^'(?=[=+\-@'])/, ''));
  const byName = [...given.values()].some((value) => !isNumber(value) && cells.some((cell) => fold(cell) === fold(value)));
  // A line that holds an ICCID is a device, whatever its other cells say.
  const hasHeader = !cells.some((cell) => parseIccid(cell).ok) && (byName || cells.some((cell) => columnKey(cell) !== undefined));
  const index = new Map<ColumnKey, number>();
  for (const [key, value] of given) index.set(key, position(key, value, cells, hasHeader, where));
  if (hasHeader) addNamed(index, cells, where);
  else if (!index.has('iccid') && !index.has('phoneNumber') && cells.length === 1) index.set('iccid', 0);
  if (!index.has('iccid') && !index.has('phoneNumber')) throw noIccidColumn(cells, hasHeader, where);
  const names = hasHeader ? cells : cells.map((_, at) => keyAt(index, at) ?? `column ${at + 1}`);
  return { names, index, hasHeader };
}

/** Adds the columns that have the name of a key; what was given stays as it is. */
function addNamed(index: Map<ColumnKey, number>, cells: readonly string[], where: string): void {
  const given = new Map(index);
  const taken = new Set(index.values());
  for (const [at, cell] of cells.entries()) {
    const key = columnKey(cell);
    if (key === undefined || given.has(key) || taken.has(at)) continue;
    const before = index.get(key);
    if (before !== undefined) {
      const columns = `columns "${cells[before]}" and "${cell}" both mean ${spelled(key)}`;
      const choice = fold(cells[before] ?? '') === fold(cell) ? String(at + 1) : cell;
      throw new PondBulkError('input', 'COLUMN_AMBIGUOUS', `${where}: ${columns}. Say which: --column "${spelled(key)}=${choice}"`);
    }
    index.set(key, at);
  }
}

function position(key: ColumnKey, value: string, cells: readonly string[], hasHeader: boolean, where: string): number {
  const option = `--column ${spelled(key)}=${value}`;
  const alike = hasHeader ? [...cells.keys()].filter((at) => fold(cells[at] ?? '') === fold(value)) : [];
  const same = alike.filter((at) => cells[at] === value);
  const [named, another] = same.length > 0 ? same : alike;
  if (named !== undefined && another !== undefined) {
    const numbers = `${named + 1} and ${another + 1}`;
    throw new PondBulkError('input', 'COLUMN_AMBIGUOUS', `${where}: columns ${numbers} both are "${value}" (${option}). Give the number`);
  }
  if (named !== undefined) return named;
  if (isNumber(value) && Number(value) >= 1 && Number(value) <= cells.length) return Number(value) - 1;
  const there = hasHeader ? `It has ${shown(cells)}` : `It has no header and ${cells.length} columns: give a number`;
  throw new PondBulkError('input', 'COLUMN_NOT_FOUND', `${where}: no column "${value}" (${option}). ${there}`);
}

function noIccidColumn(cells: readonly string[], hasHeader: boolean, where: string): PondBulkError {
  const advice = hasHeader
    ? `Name it with --column "iccid=${cells[0] ?? ''}"`
    : 'Name it with --column iccid=1, or add a header line with "iccid"';
  return new PondBulkError('input', 'NO_ICCID_COLUMN', `${where}: no column is known to hold ICCIDs; found ${shown(cells)}. ${advice}`);
}

/** The names of columns for a message; of a file that is no list they may be anything, escape sequences included. */
function shown(cells: readonly string[]): string {
  const some = cells.slice(0, 20).map((cell) => `"${cell.slice(0, 30).replaceAll(/\p{Cc}/gu, '\ufffd')}"`);
  return some.join(', ') + (cells.length > some.length ? `, … (${cells.length} columns)` : '');
}

function isNumber(value: string): boolean {
  return /^\d+$/.test(value);
}

function keyAt(index: ReadonlyMap<ColumnKey, number>, at: number): string | undefined {
  const found = [...index].find(([, position]) => position === at);
  return found === undefined ? undefined : spelled(found[0]);
}

/** A key as people write it: `customer rate plan`. */
export function spelled(key: ColumnKey): string {
  return key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
