import type { Customer, Lookups, ProviderPlan } from './facts.ts';

/** Lookups by the values that lists name them by. */
export interface LookupIndex {
  plan(providerId: number, code: string): ProviderPlan | undefined;
  customer(customerId: string): Customer | undefined;
  hasNoSite(customerId: string): boolean;
  site(idOrName: string): Customer | undefined;
  customerRatePlan(idOrCode: string, providerId: number): { readonly id: number; readonly code: string } | undefined;
  customerRatePool(idOrName: string, providerId: number): { readonly id: number; readonly name: string } | undefined;
}

/** Codes, names and ids are compared without regard to case, as SQL Server's usual collations do. */
const fold = (text: string): string => text.trim().toLowerCase();

/** Indexes the lookups by the values that lists name them by. */
export function createLookupIndex(lookups: Lookups): LookupIndex {
  const plans = new Map(lookups.plans.map((plan) => [`${plan.providerId}\n${fold(plan.code)}`, plan]));
  const customers = new Map(lookups.customers.flatMap((each) => (each.rev === null ? [] : [[fold(each.rev.customerId), each] as const])));
  const withoutSite = new Set(lookups.customersWithoutSite.map(fold));
  const sitesByName = new Map(lookups.customers.map((each) => [fold(each.siteName), each]));
  const sitesById = new Map(lookups.customers.map((each) => [String(each.siteId), each]));
  const named = (rows: Lookups['customerRatePlans'], wanted: string, providerId: number) => {
    const mine = rows.filter((row) => row.providerId === null || row.providerId === providerId);
    return mine.find(({ code }) => fold(code) === fold(wanted)) ?? mine.find(({ id }) => String(id) === wanted.trim());
  };
  return {
    plan: (providerId, code) => plans.get(`${providerId}\n${fold(code)}`),
    customer: (customerId) => customers.get(fold(customerId)),
    hasNoSite: (customerId) => withoutSite.has(fold(customerId)),
    site: (idOrName) => sitesById.get(idOrName.trim()) ?? sitesByName.get(fold(idOrName)),
    customerRatePlan: (idOrCode, providerId) => named(lookups.customerRatePlans, idOrCode, providerId),
    customerRatePool: (idOrName, providerId) => named(lookups.customerRatePools, idOrName, providerId),
  };
}
