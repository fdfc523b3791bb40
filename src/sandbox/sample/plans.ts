import { ALIVE, type SampleRow, type SampleTables } from './data.ts';
import { isPond, PROVIDERS, type ProviderId } from './providers.ts';

/** One is retired, one has no package type at POND. */
const POND_PLANS = [
  { code: 'POND-1GB', type: 101, retired: 0 },
  { code: 'POND-5GB', type: 105, retired: 0 },
  { code: 'POND-10GB', type: 110, retired: 0 },
  { code: 'POND-OLD', type: 199, retired: 1 },
  { code: 'POND-NOTYPE', type: null, retired: 0 },
] as const;

export const CONTROL_CENTER_PLANS = ['IOT-10MB', 'IOT-100MB', 'IOT-1GB'] as const;

/** The package types of POND. */
export const PACKAGE_TYPES = POND_PLANS.flatMap(({ code, type }) => (type === null ? [] : [{ packageTypeId: type, name: code }]));

/** The plan that every device begins with. */
export function firstPlan(provider: ProviderId): { readonly id: number; readonly code: string } {
  return { id: planId(provider, 0), code: isPond(provider) ? POND_PLANS[0].code : CONTROL_CENTER_PLANS[0] };
}

export function planTables(): SampleTables {
  return {
    JasperCarrierRatePlan: PROVIDERS.flatMap(({ id }) =>
      isPond(id)
        ? POND_PLANS.map(({ code, type, retired }, index) => planRow(id, index, code, type, retired))
        : CONTROL_CENTER_PLANS.map((code, index) => planRow(id, index, code, null, 0)),
    ),
  };
}

function planId(provider: ProviderId, index: number): number {
  return provider * 100 + index + 1;
}

function planRow(provider: ProviderId, index: number, code: string, type: number | null, retired: number): SampleRow {
  return {
    id: planId(provider, index),
    RatePlanCode: code,
    FriendlyName: `${code} (sample)`,
    JasperRatePlanId: type,
    ServiceProviderId: provider,
    BaseRate: 1.5,
    PlanMB: 1024,
    IsRetired: retired,
    ...ALIVE,
  };
}
