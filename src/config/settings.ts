import { z } from 'zod';

/** One setting: everything that is known about it, in one place. */
export interface Setting<T = unknown> {
  readonly name: string;
  readonly group: string;
  readonly help: string;
  readonly secret: boolean;
  /** Reads the text of the environment; its message says what is expected. */
  readonly schema: z.ZodType<T, string>;
  /** Text as it would be written; null when it has no default. */
  readonly default: string | null;
}

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);
export const positiveNumber = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a number above 0')
  .transform(Number)
  .refine((value) => value > 0, 'must be a number above 0');
export const positiveInteger = integer(1, 10_000);
const text = z.string().min(1);
const flag = z.enum(['0', '1'], 'must be 0 or 1').transform((value) => value === '1');
export const baseUrl = z
  .string()
  .refine((value) => /^https?:\/\/[^/]/.test(value) && URL.canParse(value), 'must be an http(s) URL, e.g. https://host/path')
  .transform((value) => value.replace(/\/+$/, ''));
const databaseUrl = z.string().regex(/^(mssql:\/\/.|sqlite:.)/, 'must be mssql://user:password@host:1433/database or sqlite:FILE');

function setting<T>(
  group: string,
  name: string,
  schema: z.ZodType<T, string>,
  help: string,
  more: { secret?: boolean; default?: string } = {},
): Setting<T> {
  return { name, group, help, schema, secret: more.secret === true, default: more.default ?? null };
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
    "The operator's database: mssql://user:password@host:1433/database?encrypt=true&trustServerCertificate=false, or sqlite:FILE. Special characters of the password as %XX.",
    { secret: true },
  ),
  databaseUrlRead: setting(
    DATABASE,
    'DATABASE_URL_READ',
    databaseUrl,
    'For dry runs: the same database with a login that may only read. Without it dry runs use DATABASE_URL.',
    { secret: true },
  ),
  serviceProvider: setting(RUN, 'SERVICE_PROVIDER', text, 'Service provider (name or id) when --provider is not given.'),
  operator: setting(RUN, 'POND_BULK_OPERATOR', text, 'Who the run acts for: a UserName of the portal. Written to every audit row.'),
  environment: setting(
    RUN,
    'POND_BULK_ENVIRONMENT',
    z.enum(['production', 'sandbox'], 'must be production or sandbox'),
    "Names the carriers' tenant in confirmation and audit. Changes no URL and starts nothing.",
    { default: 'production' },
  ),
  maxParallelRequests: setting(PACE, 'MAX_PARALLEL_REQUESTS', integer(1, 1000), 'Requests in flight in the whole process.', {
    default: '64',
  }),
  pageSize: setting(PACE, 'PAGE_SIZE', integer(1, 2000), 'Rows per claim.', { default: '100' }),
  retryMaxCount: setting(PACE, 'RETRY_MAX_COUNT', integer(0, 20), 'Tries after the first, 0.5 s doubling to 60 s, with jitter.', {
    default: '3',
  }),
  settleSeconds: setting(
    PACE,
    'SETTLE_SECONDS',
    positiveNumber,
    'How long a write whose answer was lost is read back before it counts as not happened.',
    { default: '30' },
  ),
  refuseActiveRevServices: setting(
    RUN,
    'REFUSE_ACTIVE_REV_SERVICES',
    flag,
    '1 refuses plan changes for devices with an active Rev service.',
    { default: '0' },
  ),
  permissions: setting(
    PERMISSION,
    'PERMISSIONS',
    z.enum(['tables', 'grants'], 'must be tables or grants'),
    "tables: the portal's tables say what an operator may do. grants: whoever can log in to the database may write (said in every run).",
    { default: 'tables' },
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

/** `CHANGE_TYPE_CARRIERRATEPLANCHANGE=7` and the like: numbers where the look-up tables have none. */
export const NUMBER_SETTING = /^(CHANGE_TYPE|INTEGRATION|PORTAL_TYPE)_[A-Z0-9_]+$/;

export type SettingKey = keyof typeof SETTINGS;
export type SettingValue<K extends SettingKey> = z.output<(typeof SETTINGS)[K]['schema']>;
