import { PondBulkError } from '../domain/errors.ts';
import { parseIccid } from '../domain/iccid.ts';

/** What a column can be for. */
export const COLUMN_KEYS = [
  'iccid',
  'phoneNumber',
  'customer',
  'site',
  'plan',
  'commPlan',
  'customerRatePlan',
  'customerRatePool',
  'effectiveDate',
] as const;

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

/** `--column iccid=SIM` or `--column iccid=1`, several of them. Rejects with PondBulkError (usage). */
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

/** Finds the columns from the first record. Rejects with PondBulkError (input) when it cannot be told where the ICCIDs are. */
export function findColumns(first: readonly string[], given: ReadonlyMap<ColumnKey, string>, list: string, line = 1): Columns {
  const where = `${list}, line ${line}`;
  // A header that was kept from being a formula, too, loses the apostrophe that did it.
  const cells = first.map((cell) => cell.trim().replace(/^'(?=[=+\-@'])/, ''));
  const byName = [...given.values()].some((value) => !/^\d+$/.test(value) && cells.some((cell) => fold(cell) === fold(value)));
  // A line that holds an ICCID is a device, whatever its other cells say.
  const hasHeader = !cells.some((cell) => parseIccid(cell).ok) && (byName || cells.some((cell) => columnKey(cell) !== undefined));
  const index = new Map<ColumnKey, number>();
  for (const [key, value] of given) index.set(key, position(key, value, cells, hasHeader, list));
  if (hasHeader) addNamed(index, given, cells, where);
  else if (!index.has('iccid') && !index.has('phoneNumber') && cells.length === 1) index.set('iccid', 0);
  if (!index.has('iccid') && !index.has('phoneNumber')) throw noIccidColumn(cells, hasHeader, where);
  const names = hasHeader ? cells : cells.map((_, at) => keyAt(index, at) ?? `column ${at + 1}`);
  return { names, index, hasHeader };
}

function addNamed(index: Map<ColumnKey, number>, given: ReadonlyMap<ColumnKey, string>, cells: readonly string[], where: string): void {
  for (const [at, cell] of cells.entries()) {
    const key = columnKey(cell);
    if (key === undefined || given.has(key)) continue;
    const before = index.get(key);
    if (before !== undefined) {
      throw new PondBulkError(
        'input',
        'COLUMN_AMBIGUOUS',
        `${where}: columns "${cells[before]}" and "${cell}" both mean ${spelled(key)}. Say which: --column "${spelled(key)}=${cell}"`,
      );
    }
    index.set(key, at);
  }
}

function position(key: ColumnKey, value: string, cells: readonly string[], hasHeader: boolean, list: string): number {
  const named = hasHeader ? cells.findIndex((cell) => fold(cell) === fold(value)) : -1;
  if (named >= 0) return named;
  if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= cells.length) return Number(value) - 1;
  const there = hasHeader
    ? `It has ${cells.map((cell) => `"${cell}"`).join(', ')}`
    : `It has no header and ${cells.length} columns: give a number`;
  throw new PondBulkError('input', 'COLUMN_NOT_FOUND', `${list} has no column "${value}" (--column ${spelled(key)}=${value}). ${there}`);
}

function noIccidColumn(cells: readonly string[], hasHeader: boolean, where: string): PondBulkError {
  const shown = cells
    .slice(0, 10)
    .map((cell) => `"${cell.slice(0, 30)}"`)
    .join(', ');
  const advice = hasHeader
    ? `Name it with --column "iccid=${cells[0] ?? ''}"`
    : 'Name it with --column iccid=1, or add a header line with "iccid"';
  return new PondBulkError('input', 'NO_ICCID_COLUMN', `${where}: no column is known to hold ICCIDs; found ${shown}. ${advice}`);
}

function keyAt(index: ReadonlyMap<ColumnKey, number>, at: number): string | undefined {
  const found = [...index].find(([, position]) => position === at);
  return found === undefined ? undefined : spelled(found[0]);
}

/** A key as people write it: `customer rate plan`. */
export function spelled(key: ColumnKey): string {
  return key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
