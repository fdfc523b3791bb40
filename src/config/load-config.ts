import type { z } from 'zod';

import { PondBulkError } from '../domain/errors.ts';
import type { AccountSettings, Integration } from '../domain/carrier.ts';
import { integrationSettings } from './integration-settings.ts';
import { nearest } from './nearest.ts';
import { NUMBER_SETTING, SETTINGS, type SettingKey, type SettingValue } from './settings.ts';

export type Source = 'flag' | 'environment' | '.env' | 'default' | 'missing';

/** Names and texts of one place that settings come from. */
export type Texts = Readonly<Record<string, string | undefined>>;

export interface ConfigInput {
  /** Values given on the command line, under the settings' names. */
  readonly flags: Texts;
  readonly env: Texts;
  /** Parsed .env file. */
  readonly dotenv: Texts;
  /** Carriers and billing. */
  readonly integrations: readonly Integration[];
  /** --concurrency and --rate: ceilings for this run. */
  readonly ceilings: { readonly concurrency: number | null; readonly perSecond: number | null };
}

export type Account =
  | {
      readonly ok: true;
      readonly settings: AccountSettings;
      readonly pace: { readonly concurrency: number; readonly perSecond: number | null };
      readonly timeoutMs: number;
      readonly deadlineMs: number;
    }
  | { readonly ok: false; readonly missing: readonly string[] };

/** What a command was told, checked and read-only. */
export interface Config extends Readonly<{ [K in SettingKey]: SettingValue<K> | null }> {
  readonly environment: SettingValue<'environment'>;
  readonly maxParallelRequests: number;
  readonly pageSize: number;
  readonly retryMaxCount: number;
  readonly settleSeconds: number;
  readonly refuseActiveRevServices: boolean;
  readonly permissions: 'tables' | 'grants';
  /** The account of an integration; with a provider id the settings ending in `_<id>` come first. */
  account(integration: Integration, providerId: number | null): Account;
  /** CHANGE_TYPE_<NAME> and the like; undefined when it is not set. */
  number(kind: 'CHANGE_TYPE' | 'INTEGRATION' | 'PORTAL_TYPE', name: string): number | undefined;
  /** Every secret value, for redaction. */
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
  /** Each setting with its value (secrets masked) and where it came from. */
  describe(): readonly { readonly name: string; readonly value: string; readonly source: Source }[];
}

const MASK = '********';
const DEADLINE_SECONDS = '900';

/** Reads all settings: flag > environment > .env > default. Rejects with every problem at once (PondBulkError, config). */
export function loadConfig({ flags, env, dotenv, integrations, ceilings }: ConfigInput): Config {
  const problems: string[] = [];
  const sources: readonly (readonly [Source, Texts])[] = [
    ['flag', flags],
    ['environment', env],
    ['.env', dotenv],
  ];
  const lookUp = (name: string): { readonly text: string; readonly source: Source } | null => {
    for (const [source, texts] of sources) {
      const text = texts[name]?.trim();
      if (text !== undefined && text !== '') return { text, source };
    }
    return null;
  };
  const parse = (name: string, schema: z.ZodType<unknown, string>, secret: boolean, fallback: string | null): unknown => {
    const found = lookUp(name);
    const text = found?.text ?? fallback;
    if (text === null) return null;
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    problems.push(
      `${name}${secret ? '' : `=${text}`} (${found?.source ?? 'default'}) ${parsed.error.issues[0]?.message ?? 'is not valid'}`,
    );
    return null;
  };

  const values = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, each]) => [key, parse(each.name, each.schema, each.secret, each.default)]),
  ) as { [K in SettingKey]: SettingValue<K> | null };

  const given = new Set([...Object.keys(dotenv), ...Object.keys(env), ...Object.keys(flags)]);
  const named = namesOf(integrations, given);
  for (const { name, schema, secret } of named) if (schema !== null) parse(name, schema, secret, null);
  for (const name of given)
    if (NUMBER_SETTING.test(name) && !/^\d+$/.test(lookUp(name)?.text ?? '0'))
      problems.push(`${name}=${lookUp(name)?.text} must be a whole number`);
  if (problems.length > 0) {
    throw new PondBulkError(
      'config',
      'CONFIG_INVALID',
      `${problems.length === 1 ? 'A setting is' : `${problems.length} settings are`} not valid:\n${problems.map((each) => `  ${each}`).join('\n')}`,
    );
  }

  const known = [...Object.values(SETTINGS), ...named];
  const text = (integration: Integration, name: string, providerId: number | null): string | null =>
    (providerId === null ? null : lookUp(`${integration.prefix}_${name}_${providerId}`)?.text) ??
    lookUp(`${integration.prefix}_${name}`)?.text ??
    null;
  const lifted: string[] = [];
  for (const integration of integrations) {
    for (const [name, limit] of [
      ['CONCURRENCY', integration.documented.concurrency],
      ['RATE', integration.documented.perSecond],
    ] as const) {
      const wanted = text(integration, name, null);
      if (wanted !== null && limit !== null && Number(wanted) > limit) {
        lifted.push(
          `${integration.prefix}_${name}=${wanted} is above the documented limit of ${Math.round(limit * 100) / 100} (${integration.pace.source})`,
        );
      }
    }
  }

  return {
    ...values,
    environment: values.environment ?? 'production',
    maxParallelRequests: values.maxParallelRequests ?? 64,
    pageSize: values.pageSize ?? 100,
    retryMaxCount: values.retryMaxCount ?? 3,
    settleSeconds: values.settleSeconds ?? 30,
    refuseActiveRevServices: values.refuseActiveRevServices ?? false,
    permissions: values.permissions ?? 'tables',
    account: (integration, providerId) => {
      const settings: Record<string, string> = { ...integration.optional };
      const missing: string[] = [];
      for (const name of [...integration.settings, ...Object.keys(integration.optional)]) {
        const value = text(integration, name, providerId);
        if (value !== null) settings[name] = name === 'BASE_URL' ? value.replace(/\/+$/, '') : value;
        else if (!(name in integration.optional)) missing.push(`${integration.prefix}_${name}`);
      }
      if (missing.length > 0) return { ok: false, missing };
      const number = (name: string): number | null => {
        const value = text(integration, name, providerId);
        return value === null ? null : Number(value);
      };
      return {
        ok: true,
        settings,
        pace: {
          concurrency: lower(number('CONCURRENCY') ?? integration.pace.concurrency, ceilings.concurrency),
          perSecond: lower(number('RATE') ?? integration.pace.perSecond, ceilings.perSecond),
        },
        timeoutMs: (number('TIMEOUT_SECONDS') ?? integration.timeoutMs / 1000) * 1000,
        deadlineMs: (number('DEADLINE_SECONDS') ?? Number(DEADLINE_SECONDS)) * 1000,
      };
    },
    number: (kind, name) => {
      const found = lookUp(`${kind}_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`);
      return found === null ? undefined : Number(found.text);
    },
    secrets: known.flatMap(({ name, secret }) => (secret ? secretsOf(lookUp(name)?.text ?? '') : [])),
    warnings: [
      ...lifted,
      ...misspelt(
        [...given],
        known.map(({ name }) => name),
        integrations,
      ),
    ],
    describe: () =>
      known.map(({ name, secret, ...rest }) => {
        const found = lookUp(name);
        const fallback = 'default' in rest ? (rest.default ?? null) : null;
        if (found === null) return { name, value: fallback ?? '', source: fallback === null ? ('missing' as const) : ('default' as const) };
        return { name, value: secret ? masked(found.text) : found.text, source: found.source };
      }),
  };
}

/** A ceiling lowers, and never lifts; null is "no limit". */
function lower<T extends number | null>(value: T, ceiling: number | null): T | number {
  if (ceiling === null) return value;
  return value === null ? ceiling : Math.min(value, ceiling);
}

/** Settings of all integrations, with those that carry a service provider's id as far as they are given. */
function namesOf(integrations: readonly Integration[], given: ReadonlySet<string>) {
  return integrations.flatMap((integration) =>
    integrationSettings(integration).flatMap((each) => {
      const name = `${integration.prefix}_${each.name}`;
      const own = [...given].filter((candidate) => candidate.startsWith(`${name}_`) && /^\d+$/.test(candidate.slice(name.length + 1)));
      return [name, ...own].map((full) => ({ ...each, name: full }));
    }),
  );
}

/** The password of a URL is the secret; the rest of it is what an operator wants to see. */
function secretsOf(text: string): readonly string[] {
  if (!text.includes('://')) return text.startsWith('sqlite:') || text === '' ? [] : [text];
  const password = URL.parse(text)?.password ?? '';
  return password === '' ? [] : [password, decodeURIComponent(password)];
}

function masked(text: string): string {
  if (text.startsWith('sqlite:')) return text;
  const url = text.includes('://') ? URL.parse(text) : null;
  if (url === null) return MASK;
  return text.replace(`:${url.password}@`, `:${MASK}@`);
}

/** Read by the project's tests, or by nobody. */
const NOT_OURS = /^POND_BULK_(TEST_|KILL_)/;

/** Variables that look like a setting and are none: a misspelt one would silently be missing. */
function misspelt(given: readonly string[], known: readonly string[], integrations: readonly Integration[]): readonly string[] {
  const prefixes = ['POND_BULK', 'DATABASE_URL', ...integrations.map(({ prefix }) => prefix)];
  return given.flatMap((name) => {
    if (known.includes(name) || NOT_OURS.test(name) || NUMBER_SETTING.test(name)) return [];
    const near = nearest(name, known);
    if (near === null && !prefixes.some((prefix) => name.startsWith(`${prefix}_`))) return [];
    return near === null ? [] : [`${name} is not a setting; did you mean ${near}?`];
  });
}
