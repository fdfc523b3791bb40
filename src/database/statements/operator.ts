import { PondBulkError } from '../../domain/errors.ts';
import type { Provider } from '../../domain/facts.ts';
import type { Operator } from '../../domain/operator.ts';
import type { ReadDatabase } from '../database.ts';
import { isTransient, mayHaveCommitted } from '../retry.ts';
import { quote } from '../schema-sql.ts';

/** The questions about an operator that an installation may answer with a query of its own. */
export type Question = 'operator' | 'tenant' | 'permission' | 'providers' | 'sites' | 'plans';

/** Where permissions come from: the portal's tables, own queries, or the login's grants. */
export interface PermissionSettings {
  /** `tables`: the portal's own tables. `grants`: whoever may log in to the database may write. */
  readonly by: 'tables' | 'grants';
  /** Own SQL by question. It may use `:operator` and (but for the first) `:userId`; the first column of each row counts. */
  readonly queries: Readonly<Partial<Record<Question, string>>>;
}

/** What the queries ask when the installation has the portal's tables (contract "Users"). No rows of sites or plans mean all. */
function defaultQueries(db: ReadDatabase): Readonly<Record<Question, string>> {
  const user = quote(db.engine, 'User');
  return {
    operator: `SELECT id FROM ${user} WHERE LOWER(UserName) = LOWER(:operator) AND IsActive = 1`,
    tenant: `SELECT TenantId FROM ${user} WHERE id = :userId`,
    permission: `SELECT Module FROM UserPermission WHERE UserId = :userId AND UPPER(Permission) = 'CREATE'`,
    providers: 'SELECT ServiceProviderId FROM UserServiceProvider WHERE UserId = :userId',
    sites: 'SELECT SiteId FROM UserSite WHERE UserId = :userId',
    plans: 'SELECT CarrierRatePlanId FROM UserRatePlan WHERE UserId = :userId',
  };
}

/** Finds out who the operator is and what he may do. Rejects with PondBulkError (credentials) when nobody has that name. */
export async function findOperator(
  db: ReadDatabase,
  name: string,
  providers: readonly Provider[],
  settings: PermissionSettings,
): Promise<Operator> {
  return settings.by === 'grants' ? byGrants(db, name, providers, settings) : byTables(db, name, providers, settings);
}

async function byTables(db: ReadDatabase, name: string, providers: readonly Provider[], settings: PermissionSettings): Promise<Operator> {
  const ask = asker(db, name, { ...defaultQueries(db), ...settings.queries });
  const [userId] = await ask('operator', null);
  if (userId === undefined) {
    throw new PondBulkError('credentials', 'OPERATOR_UNKNOWN', `No active user is named ${name}. Check POND_BULK_OPERATOR`);
  }
  const [tenantId] = await ask('tenant', userId);
  if (tenantId === undefined) {
    throw new PondBulkError('credentials', 'OPERATOR_WITHOUT_TENANT', `User ${name} belongs to no tenant`);
  }
  const [modules, providerIds, siteIds, planIds] = [
    await ask('permission', userId),
    await ask('providers', userId),
    await ask('sites', userId),
    await ask('plans', userId),
  ];
  return {
    name,
    tenantId: Number(tenantId),
    providers,
    modules: modules.map(String),
    providerIds: providerIds.map(Number),
    siteIds: siteIds.length === 0 ? null : siteIds.map(Number),
    planIds: planIds.length === 0 ? null : planIds.map(Number),
  };
}

async function byGrants(
  db: ReadDatabase,
  name: string,
  providers: readonly Provider[],
  { queries }: PermissionSettings,
): Promise<Operator> {
  const everything = { name, providers, modules: null, providerIds: null, siteIds: null, planIds: null };
  if (queries.tenant !== undefined) {
    const [tenantId] = await asker(db, name, { ...defaultQueries(db), tenant: queries.tenant })('tenant', null);
    if (tenantId !== undefined) return { ...everything, tenantId: Number(tenantId) };
  }
  const [tenantId, ...others] = new Set(providers.map((provider) => provider.tenantId));
  if (tenantId !== undefined && others.length === 0) return { ...everything, tenantId };
  throw new PondBulkError(
    'config',
    'TENANT_UNKNOWN',
    'The database holds several tenants, and with PERMISSIONS=grants nothing says which one is yours: give QUERY_TENANT, e.g. "SELECT 1"',
  );
}

function asker(db: ReadDatabase, operator: string, queries: Readonly<Record<Question, string>>) {
  return async (question: Question, userId: unknown): Promise<readonly (string | number)[]> => {
    const rows = await db
      .query<Readonly<Record<string, string | number>>>(queries[question], { operator, userId })
      .catch((cause: unknown) => {
        throw unanswered(question, cause);
      });
    return rows.flatMap((row) => Object.values(row).slice(0, 1));
  };
}

function unanswered(question: Question, cause: unknown): Error {
  // Of a lost connection the question is not the cause.
  if (isTransient(cause) || mayHaveCommitted(cause)) return cause instanceof Error ? cause : new Error(String(cause));
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PondBulkError(
    'config',
    'PERMISSION_QUERY_FAILED',
    `The database cannot answer QUERY_${question.toUpperCase()} (${reason}). Correct it, or set PERMISSIONS=grants to leave permissions to the database login`,
    { cause },
  );
}
