import { CARRIERS } from './carriers/registry.ts';
import type { Config } from './config/load-config.ts';
import type { PortalTypes } from './database/portals.ts';
import type { PermissionSettings } from './database/statements/operator.ts';
import { PondBulkError } from './domain/errors.ts';

/** DATABASE_URL. Rejects with PondBulkError (config) when it is not set. */
export function requireUrl(config: Config): string {
  if (config.databaseUrl !== null) return config.databaseUrl;
  throw new PondBulkError(
    'config',
    'DATABASE_URL_MISSING',
    'DATABASE_URL is not set. Give mssql://user:password@host:1433/database, or sqlite:FILE; or try everything on sample data with --sandbox',
  );
}

/** PORTAL_TYPE_M2M and PORTAL_TYPE_MOBILITY; the numbers of the portal when they are not set. */
export function portalTypes(config: Config): PortalTypes {
  return { M2M: config.number('PORTAL_TYPE', 'M2M') ?? 0, Mobility: config.number('PORTAL_TYPE', 'Mobility') ?? 2 };
}

/** INTEGRATION_<NAME>: names by number. */
export function integrationNames(config: Config): ReadonlyMap<number, string> {
  return new Map(
    CARRIERS.flatMap(({ name }): [number, string][] => {
      const number = config.number('INTEGRATION', name);
      return number === undefined ? [] : [[number, name]];
    }),
  );
}

/** PERMISSIONS and QUERY_…: who says what the operator may do. */
export function permissionSettings(config: Config): PermissionSettings {
  const queries = {
    operator: config.queryOperator,
    tenant: config.queryTenant,
    permission: config.queryPermission,
    providers: config.queryProviders,
    sites: config.querySites,
    plans: config.queryPlans,
  };
  return { by: config.permissions, queries: Object.fromEntries(Object.entries(queries).filter(([, sql]) => sql !== null)) };
}
