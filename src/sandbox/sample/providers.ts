import { ALIVE, type SampleTables } from './data.ts';

/** Ids of operator-lookups.ts. */
const INTEGRATION = { Jasper: 1, RevIO: 3, TMobileJasper: 5, POD19: 6, Rogers: 8, Pond: 10 } as const;

/** Integration_Authentication.id of Rev.io. */
export const REVIO_AUTHENTICATION = 9;

/** Service providers: one may not be written to, one is of another tenant. */
export const PROVIDERS = [
  { id: 1, name: 'POND Sandbox', integration: 'Pond', tenant: 1, writes: 1 },
  { id: 2, name: 'Jasper Sandbox', integration: 'Jasper', tenant: 1, writes: 1 },
  { id: 3, name: 'TMobile Sandbox', integration: 'TMobileJasper', tenant: 1, writes: 1 },
  { id: 4, name: 'POND Read-only', integration: 'Pond', tenant: 1, writes: 0 },
  { id: 5, name: 'POND Other', integration: 'Pond', tenant: 2, writes: 1 },
  { id: 6, name: 'POD19 Sandbox', integration: 'POD19', tenant: 1, writes: 1 },
  { id: 7, name: 'Rogers Sandbox', integration: 'Rogers', tenant: 1, writes: 1 },
] as const;

export type ProviderId = (typeof PROVIDERS)[number]['id'];

export function isPond(provider: ProviderId): boolean {
  return PROVIDERS.some(({ id, integration }) => id === provider && integration === 'Pond');
}

export function tenantOf(provider: ProviderId): number {
  return PROVIDERS.find(({ id }) => id === provider)?.tenant ?? 1;
}

export function integrationIdOf(provider: ProviderId): number {
  return INTEGRATION[PROVIDERS.find(({ id }) => id === provider)?.integration ?? 'Pond'];
}

export function providerTables(): SampleTables {
  return {
    ServiceProvider: PROVIDERS.map(({ id, name, integration, tenant, writes }) => ({
      id,
      Name: name,
      DisplayName: name,
      IntegrationId: INTEGRATION[integration],
      TenantId: tenant,
      WriteIsEnabled: writes,
      ...ALIVE,
    })),
    Integration_Authentication: [
      { id: REVIO_AUTHENTICATION, IntegrationId: INTEGRATION.RevIO, ServiceProviderId: null, TenantId: 1, Username: 'sandbox', ...ALIVE },
    ],
  };
}
