import type { Customer, NamedId, Provider, ProviderPlan } from '../../domain/facts.ts';
import { planUuid } from '../../domain/plan-uuid.ts';
import { besideColumn } from '../collation.ts';
import type { ReadDatabase, ReadSession } from '../database.ts';
import type { PortalTypes } from '../portals.ts';
import type { LoadedList } from './list.ts';
import { setOf } from '../sets.ts';

/** Integrations by number, for those that the look-up table does not have (settings INTEGRATION_<NAME>). */
export type IntegrationNames = ReadonlyMap<number, string>;

/** Service providers that are in use, of all tenants. */
export function findProviders(db: ReadDatabase, integrations: IntegrationNames, portalTypes: PortalTypes): Promise<readonly Provider[]> {
  return db
    .query<{
      id: number;
      Name: string;
      DisplayName: string | null;
      IntegrationId: number;
      TenantId: number;
      WriteIsEnabled: number | boolean;
      integration: string | null;
      PortalTypeId: number | null;
    }>(
      `
      SELECT provider.id, provider.Name, provider.DisplayName, provider.IntegrationId, provider.TenantId, provider.WriteIsEnabled, integration.Name AS integration,
        integration.PortalTypeId
      FROM ServiceProvider AS provider
      LEFT JOIN Integration AS integration ON integration.id = provider.IntegrationId
      WHERE provider.IsActive = 1 AND provider.IsDeleted = 0
      ORDER BY provider.id`,
    )
    .then((rows) =>
      rows.flatMap((row) => {
        const integration = row.integration ?? integrations.get(row.IntegrationId);
        if (integration === undefined) return [];
        return [
          {
            id: row.id,
            name: row.Name,
            displayName: row.DisplayName ?? row.Name,
            integration,
            integrationId: row.IntegrationId,
            portal: row.PortalTypeId === portalTypes.Mobility ? ('Mobility' as const) : ('M2M' as const),
            tenantId: row.TenantId,
            writeIsEnabled: Number(row.WriteIsEnabled) === 1,
          },
        ];
      }),
    );
}

/** Plans that can be changed to, of these providers. */
export function findPlans(db: ReadDatabase, providerIds: readonly number[]): Promise<readonly ProviderPlan[]> {
  return db
    .query<{
      id: number;
      RatePlanCode: string;
      JasperRatePlanId: string | null;
      PlanUuid: string | null;
      ServiceProviderId: number;
    }>(
      `
      SELECT rate_plan.id, rate_plan.RatePlanCode, CAST(rate_plan.JasperRatePlanId AS nvarchar(30)) AS JasperRatePlanId, rate_plan.PlanUuid, rate_plan.ServiceProviderId
      FROM JasperCarrierRatePlan AS rate_plan
      JOIN ${setOf('providers', { id: 'int' })} AS mine ON mine.id = rate_plan.ServiceProviderId
      WHERE rate_plan.IsActive = 1 AND rate_plan.IsDeleted = 0 AND COALESCE(rate_plan.IsRetired, 0) = 0
      ORDER BY rate_plan.id`,
      { providers: providerIds.map((id) => ({ id })) },
    )
    .then((rows) =>
      rows.map((row) => ({
        id: row.id,
        code: row.RatePlanCode,
        packageTypeId: wholeNumber(row.JasperRatePlanId),
        planUuid: planUuid(row.PlanUuid),
        providerId: row.ServiceProviderId,
      })),
    );
}

/** Null where the number would be rounded: that would be another plan. */
function wholeNumber(digits: string | null): number | null {
  const value = digits === null ? Number.NaN : Number(digits);
  return Number.isSafeInteger(value) ? value : null;
}

interface CustomerRow {
  readonly site_id: number;
  readonly site_name: string;
  readonly tenant_id: number;
  readonly rev_key: string | null;
  readonly customer_id: string | null;
  readonly authentication_id: number | null;
}

/** The customers of the operator's tenant: every Site, with the Rev.io customer behind it when that is active. */
export function findCustomers(db: ReadDatabase, tenantId: number): Promise<readonly Customer[]> {
  return db
    .query<CustomerRow>(
      `
      SELECT site.id AS site_id, site.Name AS site_name, site.TenantId AS tenant_id,
        customer.id AS rev_key, customer.RevCustomerId AS customer_id, customer.IntegrationAuthenticationId AS authentication_id
      FROM Site AS site
      LEFT JOIN RevCustomer AS customer ON customer.id = site.RevCustomerId
      WHERE site.TenantId = :tenantId AND site.IsActive = 1 AND site.IsDeleted = 0
        AND (site.RevCustomerId IS NULL
          OR (customer.IsActive = 1 AND customer.IsDeleted = 0 AND COALESCE(customer.Status, '') <> 'CLOSED'))
      ORDER BY site.id`,
      { tenantId },
    )
    .then((rows) =>
      rows.map((row) => ({
        siteId: row.site_id,
        siteName: row.site_name,
        tenantId: row.tenant_id,
        rev:
          row.rev_key === null || row.customer_id === null
            ? null
            : { key: row.rev_key, customerId: row.customer_id, authenticationId: row.authentication_id },
      })),
    );
}

/** Customer ids of the list that are active at Rev.io but have no Site. */
export function findCustomersWithoutSite(session: ReadSession, list: LoadedList): Promise<readonly string[]> {
  const customer = session.engine === 'sqlite' ? "json_extract(list.wish, '$.customer')" : "JSON_VALUE(list.wish, '$.customer')";
  return session
    .query<{ customer_id: string }>(
      `
      SELECT DISTINCT customer.RevCustomerId AS customer_id
      FROM ${list.table} AS list
      JOIN RevCustomer AS customer ON customer.RevCustomerId = ${besideColumn(session.engine, customer)}
      WHERE customer.IsActive = 1 AND customer.IsDeleted = 0
        AND NOT EXISTS (SELECT 1 FROM Site AS site WHERE site.RevCustomerId = customer.id)`,
    )
    .then((rows) => rows.map((row) => row.customer_id));
}

/** The operator's own plans of a tenant, by provider or for all of them. */
export function findCustomerRatePlans(db: ReadDatabase, tenantId: number): Promise<readonly NamedId[]> {
  return findNamed(
    db,
    `SELECT Id AS id, RatePlanCode AS code, RatePlanName AS name, ServiceProviderId AS provider FROM JasperCustomerRatePlan`,
    tenantId,
  );
}

/** The operator's own pools of a tenant, by provider or for all of them. */
export function findCustomerRatePools(db: ReadDatabase, tenantId: number): Promise<readonly NamedId[]> {
  return findNamed(db, `SELECT id, Name AS code, Name AS name, ServiceProviderId AS provider FROM CustomerRatePool`, tenantId);
}

async function findNamed(db: ReadDatabase, select: string, tenantId: number): Promise<readonly NamedId[]> {
  const rows = await db.query<{ id: number; code: string; name: string | null; provider: number | null }>(
    `${select} WHERE TenantId = :tenantId AND IsActive = 1 AND IsDeleted = 0`,
    { tenantId },
  );
  return rows.map((row) => ({ id: row.id, code: row.code, name: row.name ?? row.code, providerId: row.provider }));
}

/** Numbers of the change types: they differ between installations, the names do not. */
export async function findChangeTypes(db: ReadDatabase): Promise<ReadonlyMap<string, number>> {
  const rows = await db.query<{ id: number; Name: string }>('SELECT id, Name FROM DeviceChangeRequestType');
  return new Map(rows.map(({ id, Name }) => [Name, id]));
}
