import { PondBulkError } from '../domain/errors.ts';
import type { Provider } from '../domain/facts.ts';
import type { PreparedList } from '../domain/facts-store.ts';
import type { LookupIndex } from '../domain/lookup-index.ts';
import type { RowValues } from '../domain/list-row.ts';
import type { Operator } from '../domain/operator.ts';
import { Refusal } from '../domain/refusal.ts';
import { planSuggestion } from './plan-suggestion.ts';

/**
 * Refuses the whole request when a flag names a plan or customer that does not exist, or is one of several, for any provider it could be
 * meant for (a value from a column refuses its row only). Rejects with PondBulkError (input).
 */
export function requireFlagValues(
  defaults: RowValues,
  index: LookupIndex,
  providers: readonly Provider[],
  list: Pick<PreparedList, 'lookups'>,
): void {
  const { plan, customer, site, customerRatePlan, customerRatePool } = defaults;
  const anywhere = (find: (providerId: number) => unknown): boolean =>
    findsOne(
      providers.map(
        ({ id }) =>
          () =>
            find(id),
      ),
    );
  if (plan !== undefined && !anywhere((id) => index.plan(id, plan))) {
    throw refused('RATE_PLAN_NOT_FOUND', `Rate plan '${plan}' does not exist`, planSuggestion(plan, providers, list));
  }
  if (customer !== undefined && !findsOne([() => index.customer(customer)])) {
    const why = index.hasNoSite(customer) ? 'the customer has no Site' : `there is no active one for '${customer}'`;
    throw refused('REV_CUSTOMER_NOT_FOUND', 'Rev Customer not found', why);
  }
  if (site !== undefined && !findsOne([() => index.site(site)])) {
    throw refused('REV_CUSTOMER_NOT_FOUND', 'Rev Customer not found', `no active Site has the id or name '${site}'`);
  }
  if (customerRatePlan !== undefined && !anywhere((id) => index.customerRatePlan(customerRatePlan, id))) {
    throw refused('CUSTOMER_RATE_PLAN_NOT_FOUND', `Customer rate plan '${customerRatePlan}' does not exist`, null);
  }
  if (customerRatePool !== undefined && !anywhere((id) => index.customerRatePool(customerRatePool, id))) {
    throw refused('CUSTOMER_RATE_POOL_NOT_FOUND', `Customer rate pool '${customerRatePool}' does not exist`, null);
  }
}

/** Whether one of them finds something. Throws PondBulkError (input) when none does because several have the value. */
function findsOne(finds: readonly (() => unknown)[]): boolean {
  let several: Refusal | null = null;
  for (const find of finds) {
    try {
      if (find() !== undefined) return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      several ??= error;
    }
  }
  if (several !== null) throw refused(several.code, several.message, null);
  return false;
}

function refused(code: string, message: string, detail: string | null): PondBulkError {
  return new PondBulkError('input', code, detail === null ? message : `${message}: ${detail}`);
}

/** The provider that --provider or SERVICE_PROVIDER names, by id, name, display name, or its integration where no other has that. Rejects with PondBulkError (usage). */
export function findProvider(wanted: string, { providers, tenantId }: Operator): Provider {
  const text = wanted.trim().toLowerCase();
  const mine = providers.filter((provider) => provider.tenantId === tenantId);
  const found =
    mine.find(({ id }) => String(id) === text) ??
    mine.find(({ name, displayName }) => [name, displayName].some((each) => each.toLowerCase() === text)) ??
    only(mine.filter(({ integration }) => integration.toLowerCase() === text));
  if (found !== undefined) return found;
  const names = mine.map(({ id, displayName }) => `${displayName} (${id})`).join(', ');
  throw new PondBulkError('usage', 'PROVIDER_UNKNOWN', `There is no service provider '${wanted}'. Yours are: ${names}`);
}

function only<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}
