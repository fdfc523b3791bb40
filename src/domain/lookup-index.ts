import type { Customer, Lookups, ProviderPlan } from './facts.ts';
import { Refusal } from './refusal.ts';

/** Lookups by the values that lists name them by. Each throws Refusal where several have the value: which of them is meant is not guessed. */
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
  const plans = Map.groupBy(lookups.plans, (plan) => `${plan.providerId}\n${fold(plan.code)}`);
  const customers = Map.groupBy(lookups.customers, ({ rev }) => (rev === null ? null : fold(rev.customerId)));
  const withoutSite = new Set(lookups.customersWithoutSite.map(fold));
  const sitesByName = Map.groupBy(lookups.customers, ({ siteName }) => fold(siteName));
  const sitesById = new Map(lookups.customers.map((each) => [String(each.siteId), each]));
  const named = (rows: Lookups['customerRatePlans'], wanted: string, providerId: number, what: string) => {
    const mine = rows.filter((row) => row.providerId === null || row.providerId === providerId);
    const withCode = mine.filter(({ code }) => fold(code) === fold(wanted));
    const found = only(
      withCode,
      ({ id }) => id,
      (ids) => `${what} '${wanted}' is ambiguous: ${ids}; name its id`,
    );
    return found ?? mine.find(({ id }) => String(id) === wanted.trim());
  };
  return {
    plan: (providerId, code) => {
      const found = plans.get(`${providerId}\n${fold(code)}`);
      return only(
        found,
        ({ id }) => id,
        (ids) => `Rate plan '${code}' is ambiguous: ${ids}; only one of that code may be active`,
      );
    },
    customer: (id) => only(customers.get(fold(id)), siteIdOf, (ids) => `Customer '${id}' is ambiguous: Sites ${ids}; name the Site`),
    hasNoSite: (customerId) => withoutSite.has(fold(customerId)),
    site: (idOrName) =>
      sitesById.get(idOrName.trim()) ??
      only(sitesByName.get(fold(idOrName)), siteIdOf, (ids) => `Site '${idOrName}' is ambiguous: ${ids}; name its id`),
    customerRatePlan: (idOrCode, providerId) => named(lookups.customerRatePlans, idOrCode, providerId, 'Customer rate plan'),
    customerRatePool: (idOrName, providerId) => named(lookups.customerRatePools, idOrName, providerId, 'Customer rate pool'),
  };
}

const siteIdOf = ({ siteId }: Customer): number => siteId;

/** The one that has the value; undefined when none has. */
function only<T>(found: readonly T[] | undefined, idOf: (one: T) => number, several: (ids: string) => string): T | undefined {
  if (found === undefined || found.length < 2) return found?.[0];
  const ids = found.map(idOf).toSorted((a, b) => a - b);
  throw new Refusal('NAME_AMBIGUOUS', several(ids.join(', ')));
}
