import type { List, ListRow, RowValues } from '../../domain/list-row.ts';
import type { ReadSession } from '../database.ts';

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
  async function* rows(): AsyncIterable<Readonly<Record<string, unknown>>> {
    for await (const row of list.rows) {
      if (row.problem === null) readable += 1;
      if (row.luhnFails) luhnFailures += 1;
      yield loadedRow(row, defaults, wishOfNone);
    }
  }
  const count = await session.loadTemp('list', rows());
  return { table, rows: count, readable, luhnFailures };
}

function loadedRow(row: ListRow, defaults: RowValues, wishOfNone: string): Readonly<Record<string, unknown>> {
  return {
    line: row.line,
    iccid: row.iccid,
    phone_number: row.phoneNumber,
    list_key: row.key === row.iccid ? null : row.key,
    wish: hasNone(row.values) ? wishOfNone : JSON.stringify(inOrder({ ...defaultsFor(row.values, defaults), ...row.values })),
    problem: row.problem === null ? null : JSON.stringify(row.problem),
    cells: JSON.stringify(row.cells),
  };
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

/** Collects the ICCIDs that occur more than once. Resolves to the name of their table. */
export async function findRepeated(session: ReadSession, { table }: LoadedList): Promise<string> {
  const columns = [
    { name: 'iccid', type: 'nvarchar(50)' },
    { name: 'first_line', type: 'int' },
    { name: 'last_line', type: 'int' },
    { name: 'conflicting', type: 'int' },
  ] as const;
  const repeated = await session.createTemp('repeated', columns, 'iccid');
  await session.execute(`
    INSERT INTO ${repeated} (iccid, first_line, last_line, conflicting)
    SELECT iccid, MIN(line), MAX(line), CASE WHEN MIN(wish) = MAX(wish) THEN 0 ELSE 1 END
    FROM ${table}
    WHERE iccid IS NOT NULL
    GROUP BY iccid
    HAVING COUNT(*) > 1`);
  return repeated;
}

/**
 * Finds the device of every ICCID: one of a provider that the operator may use, and that is his tenant's (an active
 * Device_Tenant row of it, or none at all and the provider's tenant). Devices that are not archived win; `candidates`
 * tells how many providers have one. Resolves to the name of their table.
 */
export async function findDevices(
  session: ReadSession,
  { table }: LoadedList,
  scope: { readonly tenantId: number; readonly providerIds: readonly number[] },
): Promise<string> {
  const columns = [
    { name: 'iccid', type: 'nvarchar(50)' },
    { name: 'device_id', type: 'int' },
    { name: 'candidates', type: 'int' },
  ] as const;
  const found = await session.createTemp('found', columns, 'iccid');
  await session.execute(
    `
    INSERT INTO ${found} (iccid, device_id, candidates)
    SELECT device.ICCID,
      COALESCE(MIN(CASE WHEN device.IsActive = 1 AND device.IsDeleted = 0 THEN device.id END), MIN(device.id)),
      COUNT(DISTINCT CASE WHEN device.IsActive = 1 AND device.IsDeleted = 0 THEN device.ServiceProviderId END)
    FROM Device AS device
    JOIN ServiceProvider AS provider ON provider.id = device.ServiceProviderId
    WHERE device.ICCID IN (SELECT list.iccid FROM ${table} AS list WHERE list.iccid IS NOT NULL)
      AND device.ServiceProviderId IN (SELECT mine.id FROM ${session.json('providers', { id: 'int' })} AS mine)
      AND (
        EXISTS (
          SELECT 1 FROM Device_Tenant AS own
          WHERE own.DeviceId = device.id AND own.TenantId = :tenantId AND own.IsActive = 1 AND own.IsDeleted = 0)
        OR (provider.TenantId = :tenantId AND NOT EXISTS (
          SELECT 1 FROM Device_Tenant AS other
          WHERE other.DeviceId = device.id AND other.IsActive = 1 AND other.IsDeleted = 0)))
    GROUP BY device.ICCID`,
    { tenantId: scope.tenantId, providers: JSON.stringify(scope.providerIds.map((id) => ({ id }))) },
  );
  return found;
}
