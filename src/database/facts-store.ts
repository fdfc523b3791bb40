import { PondBulkError } from '../domain/errors.ts';
import type { Lookups } from '../domain/facts.ts';
import type { FactsStore, FactsWanted } from '../domain/facts-store.ts';
import { ASSIGN_PROCEDURE } from '../domain/procedure.ts';
import type { ReadDatabase } from './database.ts';
import type { PortalTypes } from './portals.ts';
import { findCarrierProcedure } from './procedures/carrier-procedure.ts';
import { HISTORY_PROCEDURE } from './procedures/history.ts';
import { findProcedure } from './procedures/procedure.ts';
import { neededTables, type Login } from './needs.ts';
import { factsPage, streamFacts } from './statements/facts.ts';
import { findDevices } from './statements/find-devices.ts';
import { findHeld } from './statements/held.ts';
import { loadList, type LoadedList } from './statements/list.ts';
import {
  findChangeTypes,
  findCustomerRatePlans,
  findCustomerRatePools,
  findCustomers,
  findCustomersWithoutSite,
  findPlans,
  findProviders,
  type IntegrationNames,
} from './statements/lookups.ts';
import { findOperator, type PermissionSettings } from './statements/operator.ts';
import { countSpentChanges } from './statements/spent-changes.ts';
import { tableNames } from './table-names.ts';

export interface FactsStoreOptions {
  readonly permissions: PermissionSettings;
  readonly integrations: IntegrationNames;
  readonly portalTypes: PortalTypes;
  /** Decides which tables must be there: a login sees only those that it may use. */
  readonly login: Login;
}

/** The facts of validation, from a database that need not be writable. */
export function createFactsStore(db: ReadDatabase, { permissions, integrations, portalTypes, login }: FactsStoreOptions): FactsStore {
  let finding: Promise<boolean> | null = null;
  return {
    operator: async (name) => {
      await requireTables(db, login);
      return findOperator(db, name, await findProviders(db, integrations, portalTypes), permissions);
    },
    changeTypes: () => findChangeTypes(db),
    assignsByProcedure: () => (finding ??= findProcedure(db, ASSIGN_PROCEDURE).then((procedure) => procedure !== null)),
    requireCallable: async (change) => {
      await findProcedure(db, HISTORY_PROCEDURE);
      if (change === 'assign-customer') await findProcedure(db, ASSIGN_PROCEDURE);
    },
    carrierProcedure: (name) => findCarrierProcedure(db, name),
    prepare: async (list, want) => {
      const loaded = await loadList(db.session, list, want.defaults);
      const providers = want.operator.providers.filter(({ id }) => want.providerId === null || id === want.providerId);
      const { tenantId } = want.operator;
      const devices = await findDevices(db.session, loaded, { tenantId, providers });
      const spent = want.quotas === undefined ? null : await countSpentChanges(db, devices.found, want.quotas);
      const held = await findHeld(db.session, devices.found, 'M2M');
      const heldMobility = devices.hasMobility ? await findHeld(db.session, devices.found, 'Mobility') : null;
      const tables = { lines: loaded.table, ...devices, spent, held, heldMobility };
      const scope = { tenantId, providers: new Map(providers.map((provider) => [provider.id, provider])) };
      return {
        name: list.name,
        columns: list.columns,
        rowCount: loaded.rows,
        readable: loaded.readable,
        luhnFailures: loaded.luhnFailures,
        lookups: await findLookups(db, loaded, want),
        facts: () => streamFacts(db.session, tables, scope, want),
        page: (lines) => factsPage(db.session, tables, scope, want, lines),
      };
    },
  };
}

async function findLookups(db: ReadDatabase, loaded: LoadedList, { operator }: FactsWanted): Promise<Lookups> {
  const { tenantId, siteIds, planIds, providers } = operator;
  const mine = providers.filter((provider) => operator.providerIds?.includes(provider.id) ?? true);
  const plans = await findPlans(
    db,
    mine.map(({ id }) => id),
  );
  const customers = await findCustomers(db, tenantId);
  return {
    plans: planIds === null ? plans : plans.filter(({ id }) => planIds.includes(id)),
    customers: siteIds === null ? customers : customers.filter(({ siteId }) => siteIds.includes(siteId)),
    customersWithoutSite: await findCustomersWithoutSite(db.session, loaded),
    customerRatePlans: await findCustomerRatePlans(db, tenantId),
    customerRatePools: await findCustomerRatePools(db, tenantId),
    providers,
  };
}

async function requireTables(db: ReadDatabase, login: Login): Promise<void> {
  const known = await tableNames(db);
  const missing = neededTables(login).filter((name) => !known.has(name.toLowerCase()));
  if (missing.length === 0) return;
  throw new PondBulkError(
    'config',
    'TABLE_MISSING',
    `The database ${db.identity} has no table ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}. Check the database in DATABASE_URL and what its login may see (pond-bulk doctor); an empty test database gets them with: pond-bulk db migrate --with-operator-schema`,
  );
}
