import type { DeviceFacts, Provider, RowFacts } from '../../domain/facts.ts';
import type { ListProblem, RowValues } from '../../domain/list-row.ts';
import type { ReadSession } from '../database.ts';
import type { FactsWanted, LineRange } from '../../domain/facts-store.ts';

/** The tables of a list whose devices were looked for. */
export interface FoundList {
  readonly lines: string;
  readonly repeated: string;
  readonly found: string;
}

/** Whose devices are told about. */
export interface FactsScope {
  readonly tenantId: number;
  readonly providers: ReadonlyMap<number, Provider>;
}

type Wants = Pick<FactsWanted, 'services' | 'activation'>;

/** What the SELECT answers for one line; numbers may come as bits or booleans from SQL Server. */
interface FactsRow {
  readonly line: number;
  readonly iccid: string | null;
  readonly phone_number: string | null;
  /** Null when it is the ICCID itself. */
  readonly list_key: string | null;
  readonly wish: string;
  readonly problem: string | null;
  readonly cells: string;
  readonly first_line: number | null;
  readonly last_line: number | null;
  readonly conflicting: number | null;
  readonly device_id: number | null;
  readonly candidates: number | null;
  readonly provider_id: number;
  readonly is_active: number | boolean;
  readonly is_deleted: number | boolean;
  readonly msisdn: string | null;
  readonly eid: string | null;
  readonly device_iccid: string;
  readonly plan: string | null;
  readonly comm_plan: string | null;
  readonly status: string | null;
  readonly account: string | null;
  readonly site_id: number | null;
  readonly customer_plan: number | null;
  readonly customer_pool: number | null;
  readonly service_id?: number | null;
  readonly active_products?: number | null;
  readonly product_customers?: string | null;
  readonly activated_on?: string | Date | null;
}

/** The facts of every line, in input order, one statement for the whole list. */
export async function* streamFacts(session: ReadSession, list: FoundList, scope: FactsScope, wants: Wants): AsyncIterable<RowFacts> {
  const valuesOf = wishReader();
  for await (const row of session.stream<FactsRow>(factsSql(session, list, wants, ''), { tenantId: scope.tenantId }))
    yield factsOf(row, scope, valuesOf);
}

/** The facts of the lines after `line`, at most `limit`. */
export async function factsPage(
  session: ReadSession,
  list: FoundList,
  scope: FactsScope,
  wants: Wants,
  page: LineRange,
): Promise<readonly RowFacts[]> {
  const where = 'WHERE list.line > :afterLine AND list.line <= :throughLine';
  const rows = await session.query<FactsRow>(factsSql(session, list, wants, where), { tenantId: scope.tenantId, ...page });
  const valuesOf = wishReader();
  return rows.map((row) => factsOf(row, scope, valuesOf));
}

function factsSql(session: ReadSession, { lines, repeated, found }: FoundList, wants: Wants, where: string): string {
  const join =
    session.engine === 'sqlite'
      ? 'group_concat(DISTINCT product.CustomerId)'
      : "STRING_AGG(CAST(product.CustomerId AS nvarchar(max)), ',')";
  const services = wants.services
    ? `,
      service.RevServiceId AS service_id,
      (SELECT COUNT(*) FROM RevServiceProduct AS product
        WHERE product.ServiceId = service.RevServiceId AND product.Status = 'ACTIVE' AND product.IsDeleted = 0) AS active_products,
      (SELECT ${join} FROM RevServiceProduct AS product
        WHERE product.ServiceId = service.RevServiceId AND product.Status IN ('ACTIVE', 'PENDING') AND product.IsDeleted = 0) AS product_customers`
    : '';
  const activation = wants.activation
    ? `,
      (SELECT MIN(history.DateOfChange) FROM DeviceStatusHistory AS history
        JOIN DeviceStatus AS active ON active.Status = history.CurrentStatus AND active.IsActiveStatus = 1 AND active.IntegrationId = (SELECT provider.IntegrationId FROM ServiceProvider AS provider WHERE provider.id = device.ServiceProviderId)
        WHERE history.ICCID = device.ICCID) AS activated_on`
    : '';
  // The live service: the one the device points to, else one with its number that belongs to the account's customer.
  const liveService = wants.services
    ? `LEFT JOIN RevService AS service ON service.id = (
      SELECT MIN(live.id) FROM RevService AS live
      LEFT JOIN RevCustomer AS owner ON owner.id = live.RevCustomerId
      WHERE live.DisconnectedDate IS NULL AND live.IsDeleted = 0
        AND (live.id = tenant.RevServiceId
          OR (tenant.AccountNumber IS NOT NULL AND owner.RevCustomerId = tenant.AccountNumber AND live.Number IN (device.MSISDN, device.ICCID))))`
    : '';
  return `
    SELECT list.line, list.iccid, list.phone_number, list.list_key, list.wish, list.problem, list.cells,
      repeated.first_line, repeated.last_line, repeated.conflicting, found.device_id, found.candidates,
      device.ServiceProviderId AS provider_id, device.IsActive AS is_active, device.IsDeleted AS is_deleted,
      device.MSISDN AS msisdn, device.EID AS eid, device.ICCID AS device_iccid, device.RatePlan AS [plan], device.CommunicationPlan AS comm_plan,
      device.Status AS status, tenant.AccountNumber AS account, tenant.SiteId AS site_id,
      tenant.CustomerRatePlanId AS customer_plan, tenant.CustomerRatePoolId AS customer_pool${services}${activation}
    FROM ${lines} AS list
    LEFT JOIN ${repeated} AS repeated ON repeated.iccid = list.iccid
    LEFT JOIN ${found} AS found ON found.iccid = list.iccid
    LEFT JOIN Device AS device ON device.id = found.device_id
    LEFT JOIN Device_Tenant AS tenant ON tenant.DeviceId = device.id AND tenant.TenantId = :tenantId AND tenant.IsActive = 1 AND tenant.IsDeleted = 0
    ${liveService}
    ${where}
    ORDER BY list.line`;
}

function factsOf(row: FactsRow, scope: FactsScope, valuesOf: (wish: string) => RowValues): RowFacts {
  const { first_line: firstLine, last_line: lastLine } = row;
  return {
    line: row.line,
    key: row.list_key ?? row.iccid ?? '',
    iccid: row.iccid,
    phoneNumber: row.phone_number,
    // Parsed by those who want them: the rules do not.
    get cells() {
      return JSON.parse(row.cells) as readonly string[];
    },
    values: valuesOf(row.wish),
    problem: row.problem === null ? ambiguity(row) : (JSON.parse(row.problem) as ListProblem),
    repeated: firstLine === null || lastLine === null ? null : { firstLine, lastLine, conflicting: Number(row.conflicting) === 1 },
    device: row.device_id === null ? null : deviceOf(row, row.device_id, scope),
  };
}

/** Most lines of a list wish the same: the last text is not parsed again. */
function wishReader(): (wish: string) => RowValues {
  let last = '';
  let values: RowValues = {};
  return (wish) => {
    if (wish !== last) values = JSON.parse(wish) as RowValues;
    last = wish;
    return values;
  };
}

/** An ICCID that several service providers know is not guessed about. */
function ambiguity(row: FactsRow): ListProblem | null {
  if (row.candidates === null || row.candidates < 2) return null;
  const message = `ICCID ${row.iccid ?? row.list_key ?? ''} is known to ${row.candidates} service providers`;
  return { code: 'DEVICE_AMBIGUOUS', message, hint: 'say which with --provider', column: 'iccid' };
}

function deviceOf(row: FactsRow, deviceId: number, { tenantId, providers }: FactsScope): DeviceFacts {
  const provider = providers.get(row.provider_id);
  if (provider === undefined) throw new Error(`Device ${deviceId} belongs to no service provider that is in use`);
  return {
    portal: 'M2M',
    deviceId,
    iccid: row.device_iccid,
    msisdn: blankAsNull(row.msisdn),
    eid: blankAsNull(row.eid),
    providerId: row.provider_id,
    tenantId,
    providerName: provider.displayName,
    integration: provider.integration,
    writeIsEnabled: provider.writeIsEnabled,
    isArchived: Number(row.is_active) === 0 || Number(row.is_deleted) === 1,
    isSuspended: /suspend/i.test(row.status ?? ''),
    plan: row.plan,
    commPlan: row.comm_plan,
    accountNumber: row.account,
    siteId: row.site_id,
    customerRatePlanId: row.customer_plan,
    customerRatePoolId: row.customer_pool,
    liveServiceId: row.service_id ?? null,
    serviceHasActiveProduct: Number(row.active_products ?? 0) > 0,
    productCustomers: row.product_customers == null ? [] : row.product_customers.split(','),
    activatedOn:
      row.activated_on == null ? null : (row.activated_on instanceof Date ? row.activated_on.toISOString() : row.activated_on).slice(0, 10),
  };
}

function blankAsNull(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text.trim();
}
