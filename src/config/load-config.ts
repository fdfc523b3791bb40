import type { z } from 'zod';

import { SHORTEST_SECRET } from '../domain/shortest-secret.ts';
import type { Integration } from '../domain/carrier.ts';
import type { EnvFile } from './env-file.ts';
import { accountOf, liftedLimits, type ConfiguredAccount, type Ceilings } from './account.ts';
import { namedSettings } from './integration-settings.ts';
import { InvalidSettings, type ShownSetting } from './invalid-settings.ts';
import { misspelt } from './misspelt.ts';
import { numberKey, numberSettings, numberValue, type NumberKind } from './number-settings.ts';
import { SETTINGS, type SettingKey, type SettingValue } from './settings.ts';
import { MASK, secretsIn, shown, type Secret } from './shown.ts';
import { createSources, type Given } from './sources.ts';

/** Names and texts of one place that settings come from. */
export type Texts = Readonly<Record<string, string | undefined>>;

/** Where settings come from, the first ones winning. */
export interface ConfigInput {
  /** Values given on the command line, under the settings' names. */
  readonly flags: Texts;
  readonly env: Texts;
  /** Null where there is none. */
  readonly envFile: EnvFile | null;
  /** Carriers and billing. */
  readonly integrations: readonly Integration[];
  /** --concurrency and --rate: ceilings for this run. */
  readonly ceilings: Ceilings;
}

type Values = { readonly [K in SettingKey]: SettingValue<K> };

/** What a command was told, checked and read-only. */
export interface Config extends Values {
  /** The account of an integration; with a provider id the settings ending in `_<id>` come first. */
  account(integration: Integration, providerId: number | null): ConfiguredAccount;
  /** CHANGE_TYPE_<NAME> and the like; undefined when it is not set. */
  number(kind: NumberKind, name: string): number | undefined;
  /** Every secret value, for redaction. */
  readonly secrets: readonly string[];
  readonly warnings: readonly string[];
  /** Each setting with its value (secrets masked) and where it came from. */
  describe(): readonly ShownSetting[];
}

/** Reads all settings: flag > environment > .env > default. Throws every problem at once (InvalidSettings). */
export function loadConfig({ flags, env, envFile, integrations, ceilings }: ConfigInput): Config {
  const sources = createSources([
    ['flag', flags],
    ['environment', env],
    ['.env', envFile?.texts ?? {}],
  ]);
  const named = namedSettings(integrations, sources.names);
  const numbers = numberSettings(sources);

  const problems: string[] = [];
  const reasons = new Map<string, string>();
  const refuse = (given: Given, secret: Secret, reason: string): void => {
    reasons.set(given.name, reason);
    problems.push(`${told(given, secret)} ${reason}`);
  };
  const parse = (given: Given | null, schema: z.ZodType<unknown, string> | null, secret: Secret): unknown => {
    if (given === null) return null;
    const parsed = schema?.safeParse(given.text);
    if (parsed?.success === false) refuse(given, secret, parsed.error.issues[0]?.message ?? 'is not valid');
    else if (secretsIn(given.text, secret).some(({ length }) => length < SHORTEST_SECRET))
      refuse(given, secret, `holds a secret of less than ${SHORTEST_SECRET} characters: it could not be kept out of logs`);
    else return parsed?.data ?? null;
    return null;
  };
  const values = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, { name, schema, secret, default: text }]) => [
      key,
      parse(sources.find(name) ?? (text === null ? null : { name, text, source: 'default' }), schema, secret),
    ]),
    // Each value comes from its own schema; where one is refused, the values are not used.
  ) as Values;
  for (const { name, setting } of named) parse(sources.find(name), setting.schema, setting.secret);
  for (const given of numbers.values()) parse(given, numberValue, null);
  const exposed = envFile?.isExposed === true ? `${envFile.path} holds secrets and is open to others than its owner: chmod 600 .env` : null;
  if (exposed !== null && values.environment !== 'sandbox') problems.push(exposed);
  const known = [
    ...Object.values(SETTINGS),
    ...named.map(({ name, setting }) => ({ ...setting, name })),
    ...[...numbers.values()].map(({ name }) => ({ name, secret: null, default: null })),
  ];
  const describe = (): readonly ShownSetting[] =>
    known.map(({ name, secret, default: fallback }) => {
      const given = sources.find(name);
      if (given === null) return { name, value: fallback ?? '', source: fallback === null ? 'missing' : 'default' };
      const problem = reasons.get(name);
      if (problem === undefined) return { name, value: shown(given.text, secret), source: given.source };
      // What is not a connection may be anything.
      return { name, value: secret === null ? shown(given.text, null) : MASK, source: given.source, problem };
    });
  if (problems.length > 0) throw new InvalidSettings(problems, describe());
  return {
    ...values,
    account: (integration, providerId) => accountOf(sources, integration, providerId, ceilings),
    number: (kind, name) => {
      const given = numbers.get(numberKey(kind, name));
      return given === undefined ? undefined : Number(given.text);
    },
    secrets: known.flatMap(({ name, secret }) => secretsIn(sources.find(name)?.text ?? '', secret)).filter((each) => each !== ''),
    warnings: [
      ...(exposed === null ? [] : [exposed]),
      ...liftedLimits(sources, named),
      ...misspelt(
        sources.names,
        known.map(({ name }) => name),
        named.map(({ name }) => name),
      ),
    ],
    describe,
  };
}

/** A setting in a message. What should be a URL with a password may be anything: it is left out. */
function told({ name, text, source }: Given, secret: Secret): string {
  return secret === null ? `${name}=${shown(text, null)} (${source})` : `${name} (${source})`;
}
