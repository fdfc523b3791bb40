import type { SampleTables } from './data.ts';
import { PROVIDERS } from './providers.ts';

/** `sandbox` may do everything, `readonly` may change nothing, `limited` sees one provider, one plan and two Sites. */
export function operatorTables(): SampleTables {
  return {
    User: ['sandbox', 'readonly', 'limited'].map((name, index) => ({ id: index + 1, UserName: name, TenantId: 1, IsActive: 1 })),
    UserPermission: [
      { UserId: 1, Module: 'M2M', Permission: 'CREATE' },
      { UserId: 1, Module: 'Mobility', Permission: 'CREATE' },
      { UserId: 2, Module: 'M2M', Permission: 'READ' },
      { UserId: 3, Module: 'M2M', Permission: 'CREATE' },
    ],
    UserServiceProvider: [
      ...PROVIDERS.flatMap(({ id }) => [
        { UserId: 1, ServiceProviderId: id },
        { UserId: 2, ServiceProviderId: id },
      ]),
      { UserId: 3, ServiceProviderId: 1 },
    ],
    UserRatePlan: [{ UserId: 3, CarrierRatePlanId: 102 }],
    UserSite: [
      { UserId: 3, SiteId: 1 },
      { UserId: 3, SiteId: 2 },
    ],
  };
}
