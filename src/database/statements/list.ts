import type { List, ListRow, RowValues } from '../../domain/list-row.ts';
import type { ReadSession } from '../database.ts';

/** The list of a run in a temp table, typed like the operator's key columns so that joins can seek. */
export interface LoadedList {
  /** Name to use in SQL. */
  readonly table: string;
  readonly rows: number;
  /** Rows with a readable key. */
  readonly readable: number;
  readonly luhnFailures: number;
}

const COLUMNS = [
  { name: 'line', type: 'int' },
  { name: 'iccid', type: 'nvarchar(50)' },
  { name: 'phone_number', type: 'nvarchar(50)' },
  { name: 'list_key', type: 'nvarchar(400)' },
  { name: 'wish', type: 'nvarchar(max)' },
  { name: 'problem', type: 'nvarchar(max)' },
  { name: 'cells', type: 'nvarchar(max)' },
  { name: 'first_line', type: 'int' },
  { name: 'last_line', type: 'int' },
  { name: 'conflicting', type: 'int' },
  { name: 'device_id', type: 'int' },
  { name: 'candidates', type: 'int' },
] as const;

/** Loads the list in one bulk operation. Values that a row leaves open are filled from `defaults` (the flags). */
export async function loadList(session: ReadSession, list: List, defaults: RowValues): Promise<LoadedList> {
  const table = await session.createTemp('list', COLUMNS);
  let readable = 0;
  let luhnFailures = 0;
  async function* rows(): AsyncIterable<Readonly<Record<string, unknown>>> {
    for await (const row of list.rows) {
      if (row.problem === null) readable += 1;
      if (row.luhnFails) luhnFailures += 1;
      yield loadedRow(row, defaults);
    }
  }
  const count = await session.loadTemp('list', rows());
  return { table, rows: count, readable, luhnFailures };
}

function loadedRow(row: ListRow, defaults: RowValues): Readonly<Record<string, unknown>> {
  return {
    line: row.line,
    iccid: row.iccid,
    phone_number: row.phoneNumber,
    list_key: row.key,
    wish: JSON.stringify(inOrder({ ...defaultsFor(row.values, defaults), ...row.values })),
    problem: row.problem === null ? null : JSON.stringify(row.problem),
    cells: JSON.stringify(row.cells),
    first_line: null,
    last_line: null,
    conflicting: null,
    device_id: null,
    candidates: null,
  };
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

/** Marks every line whose key occurs more than once. */
export async function markDuplicates(session: ReadSession, { table }: LoadedList): Promise<void> {
  await session.execute(`
    UPDATE ${table}
    SET first_line = again.first_line, last_line = again.last_line, conflicting = again.conflicting
    FROM (
      SELECT iccid, MIN(line) AS first_line, MAX(line) AS last_line,
        CASE WHEN MIN(wish) = MAX(wish) THEN 0 ELSE 1 END AS conflicting
      FROM ${table}
      WHERE iccid IS NOT NULL AND problem IS NULL
      GROUP BY iccid
      HAVING COUNT(*) > 1
    ) AS again
    WHERE again.iccid = ${column(table, 'iccid')} AND ${column(table, 'problem')} IS NULL`);
}

/**
 * Finds the device of every line: one of a provider that the operator may use, and that is his tenant's (an active
 * Device_Tenant row of it, or none at all and the provider's tenant). Devices that are not archived win; `candidates` tells how many providers have one.
 */
export async function findDevices(
  session: ReadSession,
  { table }: LoadedList,
  scope: { readonly tenantId: number; readonly providerIds: readonly number[] },
): Promise<void> {
  await session.execute(
    `
    UPDATE ${table}
    SET device_id = found.device_id, candidates = found.candidates
    FROM (
      SELECT list.iccid AS iccid,
        COALESCE(MIN(CASE WHEN device.IsActive = 1 AND device.IsDeleted = 0 THEN device.id END), MIN(device.id)) AS device_id,
        COUNT(DISTINCT CASE WHEN device.IsActive = 1 AND device.IsDeleted = 0 THEN device.ServiceProviderId END) AS candidates
      FROM ${table} AS list
      JOIN Device AS device ON device.ICCID = list.iccid
      JOIN ${session.json('providers', { id: 'int' })} AS mine ON mine.id = device.ServiceProviderId
      JOIN ServiceProvider AS provider ON provider.id = device.ServiceProviderId
      WHERE EXISTS (
          SELECT 1 FROM Device_Tenant AS own
          WHERE own.DeviceId = device.id AND own.TenantId = :tenantId AND own.IsActive = 1 AND own.IsDeleted = 0)
        OR (provider.TenantId = :tenantId AND NOT EXISTS (
          SELECT 1 FROM Device_Tenant AS other
          WHERE other.DeviceId = device.id AND other.IsActive = 1 AND other.IsDeleted = 0))
      GROUP BY list.iccid
    ) AS found
    WHERE found.iccid = ${column(table, 'iccid')}`,
    { tenantId: scope.tenantId, providers: JSON.stringify(scope.providerIds.map((id) => ({ id }))) },
  );
}

/** A column of an UPDATE's own table: SQLite wants the name without its schema. */
function column(table: string, name: string): string {
  return `${table.replace(/^temp\./, '')}.${name}`;
}
