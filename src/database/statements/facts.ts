import type { RowFacts } from '../../domain/facts.ts';
import type { ReadSession } from '../database.ts';
import type { FactsWanted, LineRange } from '../../domain/facts-store.ts';
import { factsReader, type FactsRow, type FactsScope } from './facts-row.ts';

/** The tables of a list whose devices were looked for. */
export interface FoundList {
  readonly lines: string;
  readonly found: string;
  /** Plan changes of the month; null where no provider counts them. */
  readonly spent: string | null;
}

type Wants = Pick<FactsWanted, 'services' | 'activation'>;

/** The facts of every line, in input order, one statement for the whole list. */
export async function* streamFacts(
  session: ReadSession,
  list: FoundList,
  scope: FactsScope,
  wants: Wants,
): AsyncIterable<readonly RowFacts[]> {
  const factsOf = factsReader(scope);
  for await (const rows of session.stream<FactsRow>(factsSql(session, list, wants, ''), { tenantId: scope.tenantId }))
    yield rows.map(factsOf);
}

/** The facts of some lines. */
export async function factsPage(
  session: ReadSession,
  list: FoundList,
  scope: FactsScope,
  wants: Wants,
  page: LineRange,
): Promise<readonly RowFacts[]> {
  const where = 'WHERE list.line > :afterLine AND list.line <= :throughLine';
  const factsOf = factsReader(scope);
  const found: RowFacts[] = [];
  const params = { tenantId: scope.tenantId, ...page };
  for await (const rows of session.stream<FactsRow>(factsSql(session, list, wants, where), params))
    for (const row of rows) found.push(factsOf(row));
  return found;
}

/** In the order of FactsRow. */
function factsSql(session: ReadSession, { lines, found, spent }: FoundList, wants: Wants, where: string): string {
  const join =
    session.engine === 'sqlite'
      ? 'group_concat(DISTINCT product.CustomerId)'
      : "STRING_AGG(CAST(product.CustomerId AS nvarchar(max)), ',')";
  const services = wants.services
    ? `service.RevServiceId,
      (SELECT COUNT(*) FROM RevServiceProduct AS product
        WHERE product.ServiceId = service.RevServiceId AND product.Status = 'ACTIVE' AND product.IsDeleted = 0),
      (SELECT ${join} FROM RevServiceProduct AS product
        WHERE product.ServiceId = service.RevServiceId AND product.Status IN ('ACTIVE', 'PENDING') AND product.IsDeleted = 0)`
    : 'NULL, NULL, NULL';
  const activation = wants.activation
    ? `(SELECT MIN(history.DateOfChange) FROM DeviceStatusHistory AS history
        JOIN DeviceStatus AS active ON active.Status = history.CurrentStatus AND active.IsActiveStatus = 1 AND active.IntegrationId = (SELECT provider.IntegrationId FROM ServiceProvider AS provider WHERE provider.id = device.ServiceProviderId)
        WHERE history.ICCID = device.ICCID)`
    : 'NULL';
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
      found.first_line, found.last_line, found.conflicting, found.device_id, found.candidates, ${spent === null ? 'NULL' : 'spent.changes'},
      device.ServiceProviderId, device.IsActive, device.IsDeleted, device.MSISDN, device.EID, device.ICCID, device.RatePlan, device.CommunicationPlan,
      device.Status, tenant.AccountNumber, tenant.SiteId, tenant.CustomerRatePlanId, tenant.CustomerRatePoolId,
      ${services},
      ${activation}
    FROM ${lines} AS list
    LEFT JOIN ${found} AS found ON found.iccid = list.iccid
    LEFT JOIN Device AS device ON device.id = found.device_id
    LEFT JOIN Device_Tenant AS tenant ON tenant.DeviceId = device.id AND tenant.TenantId = :tenantId AND tenant.IsActive = 1 AND tenant.IsDeleted = 0
    ${spent === null ? '' : `LEFT JOIN ${spent} AS spent ON spent.device_id = found.device_id`}
    ${liveService}
    ${where}
    ORDER BY list.line`;
}
