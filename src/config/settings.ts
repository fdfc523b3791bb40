import { z } from 'zod';

import { databaseUrl, databaseUrlRead, flag, seconds, text, wholeNumber } from './schemas.ts';
import type { Secret } from './shown.ts';

/** One setting: everything that is known about it, in one place. */
export interface Setting<T = unknown, D extends string | null = string | null> {
  readonly name: string;
  readonly group: string;
  readonly help: string;
  readonly secret: Secret;
  /** Reads the text of the environment; its message says what is expected. */
  readonly schema: z.ZodType<T, string>;
  /** Text as it would be written; null when it has no default. */
  readonly default: D;
}

/** A setting that may be missing: then its value is null. */
function setting<T>(group: string, name: string, schema: z.ZodType<T, string>, help: string, secret: Secret = null): Setting<T, null> {
  return { name, group, help, schema, secret, default: null };
}

function withDefault<T>(group: string, name: string, schema: z.ZodType<T, string>, help: string, value: string): Setting<T, string> {
  return { name, group, help, schema, secret: null, default: value };
}

const DATABASE = 'Database';
const RUN = 'Who and where';
const PACE = 'Pace';
const PERMISSION = 'Permissions';

/** Settings that are not of one integration (those are made from the integrations' definitions). */
export const SETTINGS = {
  databaseUrl: setting(
    DATABASE,
    'DATABASE_URL',
    databaseUrl,
    "The operator's database: mssql://user:password@host:1433/database?encrypt=true&trustServerCertificate=false (special characters as %XX), a connection string (Server=host,1433;Database=…;User Id=…;Password=…), or sqlite:FILE. All keys: README, Connections.",
    'connection',
  ),
  databaseUrlRead: setting(
    DATABASE,
    'DATABASE_URL_READ',
    databaseUrlRead,
    'For dry runs: the same database with a login that may only read, or a replica (applicationIntent=ReadOnly). Without it dry runs use DATABASE_URL.',
    'connection',
  ),
  serviceProvider: setting(RUN, 'SERVICE_PROVIDER', text, 'Service provider (name or id) when --provider is not given.'),
  operator: setting(RUN, 'POND_BULK_OPERATOR', text, 'Who the run acts for: a UserName of the portal. Written to every audit row.'),
  environment: withDefault(
    RUN,
    'POND_BULK_ENVIRONMENT',
    z.enum(['production', 'sandbox'], 'must be production or sandbox'),
    "Names the carriers' tenant in confirmation and audit. Changes no URL and starts nothing.",
    'production',
  ),
  refuseActiveRevServices: withDefault(
    RUN,
    'REFUSE_ACTIVE_REV_SERVICES',
    flag,
    '1 refuses plan changes for devices with an active Rev service.',
    '0',
  ),
  maxParallelRequests: withDefault(PACE, 'MAX_PARALLEL_REQUESTS', wholeNumber(1, 1000), 'Requests in flight in the whole process.', '64'),
  pageSize: withDefault(PACE, 'PAGE_SIZE', wholeNumber(1, 2000), 'Rows per claim.', '100'),
  retryMaxCount: withDefault(
    PACE,
    'RETRY_MAX_COUNT',
    wholeNumber(0, 20),
    'Tries after the first, 0.5 s doubling to 60 s, with jitter.',
    '3',
  ),
  settleSeconds: withDefault(
    PACE,
    'SETTLE_SECONDS',
    seconds,
    'How long a write whose answer was lost is read back before it counts as not happened.',
    '30',
  ),
  drainSeconds: withDefault(
    PACE,
    'DRAIN_SECONDS',
    seconds,
    'How long devices in progress may take to finish after the first Ctrl-C; then they are let go, as by a second one.',
    '300',
  ),
  permissions: withDefault(
    PERMISSION,
    'PERMISSIONS',
    z.enum(['tables', 'grants'], 'must be tables or grants'),
    "tables: the portal's tables say what an operator may do. grants: whoever can log in to the database may write (said in every run).",
    'tables',
  ),
  queryOperator: setting(PERMISSION, 'QUERY_OPERATOR', text, 'Own SQL for "who is the operator": uses :operator, answers his id.'),
  queryTenant: setting(PERMISSION, 'QUERY_TENANT', text, 'Own SQL for "which tenant is his": uses :userId or :operator, answers its id.'),
  queryPermission: setting(
    PERMISSION,
    'QUERY_PERMISSION',
    text,
    'Own SQL for "where may he CREATE": uses :userId, answers module names (M2M, Mobility).',
  ),
  queryProviders: setting(
    PERMISSION,
    'QUERY_PROVIDERS',
    text,
    'Own SQL for "which service providers may he write to": uses :userId, answers ids.',
  ),
  querySites: setting(
    PERMISSION,
    'QUERY_SITES',
    text,
    'Own SQL for "which Sites may he assign to": uses :userId, answers ids; none = all.',
  ),
  queryPlans: setting(
    PERMISSION,
    'QUERY_PLANS',
    text,
    'Own SQL for "which carrier rate plans does he see": uses :userId, answers ids; none = all.',
  ),
} as const;

export type SettingKey = keyof typeof SETTINGS;

/** What the rest of the program gets: null only where a setting may be missing. */
export type SettingValue<K extends SettingKey> =
  | z.output<(typeof SETTINGS)[K]['schema']>
  | ((typeof SETTINGS)[K]['default'] extends null ? null : never);
