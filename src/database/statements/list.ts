import type { Provider } from '../../domain/facts.ts';
import type { List, ListRow, RowValues } from '../../domain/list-row.ts';
import { besideColumn, exactly } from '../collation.ts';
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

/**
 * Finds every ICCID of the list once: the lines it is on, whether they want different things, and its device: one of a provider
 * that the operator may use, and that is his tenant's (an active Device_Tenant row of it, or none at all and the provider's
 * tenant). Devices that are not archived win; `candidates` tells how many providers have one. Resolves to the name of their table.
 */
export async function findDevices(
  session: ReadSession,
  { table }: LoadedList,
  scope: { readonly tenantId: number; readonly providers: readonly Provider[] },
): Promise<string> {
  const columns = [
    { name: 'iccid', type: 'nvarchar(50)' },
    { name: 'first_line', type: 'int' },
    { name: 'last_line', type: 'int' },
    { name: 'conflicting', type: 'int' },
    { name: 'device_id', type: 'int' },
    { name: 'candidates', type: 'int' },
  ] as const;
  const found = await session.createTemp('found', columns, 'iccid');
  const providers = session.json('providers', { id: 'int', own: 'int' });
  const wish = exactly(session.engine, 'list.wish');
  // A left join: SQLite would else begin with all devices of the providers.
  await session.execute(
    `
    INSERT INTO ${found} (iccid, first_line, last_line, conflicting, device_id, candidates)
    SELECT list.iccid, MIN(list.line), MAX(list.line), CASE WHEN MIN(${wish}) = MAX(${wish}) THEN 0 ELSE 1 END,
      COALESCE(MIN(CASE WHEN device.IsActive = 1 AND device.IsDeleted = 0 THEN device.id END), MIN(device.id)),
      COUNT(DISTINCT CASE WHEN device.IsActive = 1 AND device.IsDeleted = 0 THEN device.ServiceProviderId END)
    FROM ${table} AS list
    LEFT JOIN Device AS device ON device.ICCID = ${besideColumn(session.engine, 'list.iccid')}
      AND device.ServiceProviderId IN (SELECT mine.id FROM ${providers} AS mine)
      AND (
        EXISTS (
          SELECT 1 FROM Device_Tenant AS own
          WHERE own.DeviceId = device.id AND own.TenantId = :tenantId AND own.IsActive = 1 AND own.IsDeleted = 0)
        OR (device.ServiceProviderId IN (SELECT mine.id FROM ${providers} AS mine WHERE mine.own = 1) AND NOT EXISTS (
          SELECT 1 FROM Device_Tenant AS other
          WHERE other.DeviceId = device.id AND other.IsActive = 1 AND other.IsDeleted = 0)))
    WHERE list.iccid IS NOT NULL
    GROUP BY list.iccid`,
    {
      tenantId: scope.tenantId,
      providers: JSON.stringify(scope.providers.map(({ id, tenantId }) => ({ id, own: tenantId === scope.tenantId ? 1 : 0 }))),
    },
  );
  return found;
}
