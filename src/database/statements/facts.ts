import type { RowFacts } from '../../domain/facts.ts';
import { besideColumn } from '../collation.ts';
import type { ReadSession } from '../database.ts';
import type { FactsWanted, LineRange } from '../../domain/facts-store.ts';
import type { FoundDevices } from './find-devices.ts';
import { factsReader, type FactsRow, type FactsScope } from './facts-row.ts';

/** The tables of a list whose devices were looked for. */
export interface FoundList extends FoundDevices {
  readonly lines: string;
  /** Plan changes of the month; null where no provider counts them. */
  readonly spent: string | null;
  /** Devices that another bulk change holds, by portal; Mobility only where its devices were looked for. */
  readonly held: string;
  readonly heldMobility: string | null;
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
function factsSql(session: ReadSession, tables: FoundList, wants: Wants, where: string): string {
  const { lines, found, hasMobility, spent, held, heldMobility } = tables;
  const beside = (column: string): string => besideColumn(session.engine, column);
  const join =
    session.engine === 'sqlite'
      ? 'group_concat(DISTINCT product.CustomerId)'
      : "STRING_AGG(CAST(product.CustomerId AS nvarchar(max)), ',')";
  // A line has a device of one portal, so one of the two is NULL.
  const ofDevice = (column: string): string => (hasMobility ? `COALESCE(device.${column}, mobile.${column})` : `device.${column}`);
  const ofTenant = (column: string): string => (hasMobility ? `COALESCE(tenant.${column}, mobile_tenant.${column})` : `tenant.${column}`);
  const services = wants.services
    ? `service.RevServiceId,
      (SELECT COUNT(*) FROM RevServiceProduct AS product
        WHERE product.ServiceId = service.RevServiceId AND product.Status = 'ACTIVE' AND product.IsDeleted = 0),
      (SELECT ${join} FROM RevServiceProduct AS product
        WHERE product.ServiceId = service.RevServiceId AND product.Status IN ('ACTIVE', 'PENDING') AND product.IsDeleted = 0)`
    : 'NULL, NULL, NULL';
  const activation = wants.activation
    ? `(SELECT MIN(history.DateOfChange) FROM DeviceStatusHistory AS history
        JOIN DeviceStatus AS active ON active.Status = ${beside('history.CurrentStatus')} AND active.IsActiveStatus = 1 AND active.IntegrationId = (SELECT provider.IntegrationId FROM ServiceProvider AS provider WHERE provider.id = ${ofDevice('ServiceProviderId')})
        WHERE history.ICCID = ${beside(ofDevice('ICCID'))})`
    : 'NULL';
  // The live service: the one the device points to, else one with its number that belongs to the account's customer.
  const liveService = wants.services
    ? `LEFT JOIN RevService AS service ON service.id = (
      SELECT MIN(live.id) FROM RevService AS live
      LEFT JOIN RevCustomer AS owner ON owner.id = live.RevCustomerId
      WHERE live.DisconnectedDate IS NULL AND live.IsDeleted = 0
        AND (live.id = ${ofTenant('RevServiceId')}
          OR (${ofTenant('AccountNumber')} IS NOT NULL AND owner.RevCustomerId = ${beside(ofTenant('AccountNumber'))}
            AND live.Number IN (${beside(ofDevice('MSISDN'))}, ${beside(ofDevice('ICCID'))}))))`
    : '';
  const heldBy = heldMobility === null ? 'held.bulk_change' : 'COALESCE(held.bulk_change, held_mobile.bulk_change)';
  const mobility = hasMobility
    ? `LEFT JOIN MobilityDevice AS mobile ON mobile.id = found.mobility_id
    LEFT JOIN MobilityDevice_Tenant AS mobile_tenant ON mobile_tenant.MobilityDeviceId = mobile.id AND mobile_tenant.TenantId = :tenantId
      AND mobile_tenant.IsActive = 1 AND mobile_tenant.IsDeleted = 0`
    : '';
  return `
    SELECT list.line, list.iccid, list.phone_number, list.list_key, list.wish, list.problem, list.cells,
      found.first_line, found.last_line, found.conflicting, found.device_id, found.mobility_id, found.candidates, ${spent === null ? 'NULL' : 'spent.changes'},
      ${['ServiceProviderId', 'IsActive', 'IsDeleted', 'MSISDN', 'EID', 'ICCID', 'RatePlan', 'CommunicationPlan', 'Status'].map(ofDevice).join(', ')},
      ${['AccountNumber', 'SiteId', 'CustomerRatePlanId', 'CustomerRatePoolId', 'RevServiceId'].map(ofTenant).join(', ')},
      ${services},
      ${activation},
      CAST(${heldBy} AS nvarchar(30))
    FROM ${lines} AS list
    LEFT JOIN ${found} AS found ON found.device_key = list.device_key
    LEFT JOIN Device AS device ON device.id = found.device_id
    LEFT JOIN Device_Tenant AS tenant ON tenant.DeviceId = device.id AND tenant.TenantId = :tenantId AND tenant.IsActive = 1 AND tenant.IsDeleted = 0
    ${spent === null ? '' : `LEFT JOIN ${spent} AS spent ON spent.device_id = found.device_id`}
    LEFT JOIN ${held} AS held ON held.device_id = found.device_id
    ${mobility}
    ${heldMobility === null ? '' : `LEFT JOIN ${heldMobility} AS held_mobile ON held_mobile.device_id = found.mobility_id`}
    ${liveService}
    ${where}
    ORDER BY list.line`;
}
