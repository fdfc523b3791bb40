import type { List, ListRow, RowValues } from '../../domain/list-row.ts';
import type { ReadSession, TempRow } from '../database.ts';

/** The list of a run in temporary tables, typed like the operator's key columns so that joins can seek. */
export interface LoadedList {
  /** Name in SQL of its lines. */
  readonly table: string;
  readonly rows: number;
  /** Rows with a readable key. */
  readonly readable: number;
  readonly luhnFailures: number;
}

const COLUMNS = [
  { name: 'line', type: 'int' },
  // ICCID or phone number: what the device is looked for by.
  { name: 'device_key', type: 'nvarchar(50)' },
  { name: 'iccid', type: 'nvarchar(50)' },
  { name: 'phone_number', type: 'nvarchar(50)' },
  { name: 'list_key', type: 'nvarchar(400)' },
  { name: 'wish', type: 'nvarchar(max)' },
  { name: 'problem', type: 'nvarchar(max)' },
  { name: 'cells', type: 'nvarchar(max)' },
] as const;

/** Loads the list in one bulk operation. Values that a row leaves open are filled from `defaults` (the flags). */
export async function loadList(session: ReadSession, list: List, defaults: RowValues): Promise<LoadedList> {
  const table = await session.createTemp('list', COLUMNS, 'line');
  let readable = 0;
  let luhnFailures = 0;
  const wishOfNone = JSON.stringify(inOrder(defaults));
  async function* rows(): AsyncIterable<readonly TempRow[]> {
    for await (const page of list.rows) {
      for (const row of page) {
        if (row.problem === null) readable += 1;
        if (row.luhnFails) luhnFailures += 1;
      }
      yield page.map((row) => loadedRow(row, defaults, wishOfNone));
    }
  }
  const count = await session.loadTemp('list', rows());
  return { table, rows: count, readable, luhnFailures };
}

/** Its values in the order of COLUMNS. */
function loadedRow(row: ListRow, defaults: RowValues, wishOfNone: string): TempRow {
  return [
    row.line,
    row.problem === null ? (row.iccid ?? row.phoneNumber) : null,
    row.iccid,
    row.phoneNumber,
    row.key === row.iccid ? null : row.key,
    hasNone(row.values) ? wishOfNone : JSON.stringify(inOrder({ ...defaultsFor(row.values, defaults), ...row.values })),
    row.problem === null ? null : JSON.stringify(row.problem),
    JSON.stringify(row.cells),
  ];
}

function hasNone(values: RowValues): boolean {
  for (const _ in values) return false;
  return true;
}

/** A row that names a customer or a site is not given the other one from a flag. */
function defaultsFor(values: RowValues, defaults: RowValues): RowValues {
  if (values.customer === undefined && values.site === undefined) return defaults;
  const { customer: _customer, site: _site, ...others } = defaults;
  return others;
}

/** The same values make the same text, whatever the order of the columns: duplicates are compared by it. */
function inOrder(values: RowValues): RowValues {
  return Object.fromEntries(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
