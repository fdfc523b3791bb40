import type { z } from 'zod';

import type { Integration } from '../domain/carrier.ts';
import { baseUrl, perSecond, seconds, wholeNumber } from './schemas.ts';
import type { Secret } from './shown.ts';

/** How long an accepted change is polled when nothing else is set (product: `<INTEGRATION>_DEADLINE_SECONDS`). */
export const DEADLINE_SECONDS = 900;

/** A setting of an integration, by its name without the prefix. */
export interface IntegrationSetting {
  readonly name: string;
  readonly help: string;
  readonly secret: Secret;
  readonly schema: z.ZodType<string | number, string> | null;
  /** As it is shown; null when it must be given. */
  readonly default: string | null;
}

/** What an account needs, and how fast it may be used: made from the integration's definition. */
export function integrationSettings({
  settings,
  optional,
  secrets,
  pace,
  timeoutMs,
  batchSize,
  settleMs,
}: Integration): readonly IntegrationSetting[] {
  // Without an account there is nothing to set.
  if (settings.length === 0) return [];
  const account = [...settings, ...Object.keys(optional)].map((name) => ({
    name,
    help: name in optional ? `Default: ${optional[name]}.` : '',
    secret: secrets.includes(name) ? ('everything' as const) : null,
    schema: name === 'BASE_URL' ? baseUrl : null,
    default: optional[name] ?? null,
  }));
  const own = (name: string, help: string, schema: IntegrationSetting['schema'], value: number | null, source = '') => {
    const text = `${value ?? 'no limit'}`;
    return { name, help: `${help} Default: ${text}${source}.`, secret: null, schema, default: text };
  };
  return [
    ...account,
    own('CONCURRENCY', 'Requests at once per account.', wholeNumber(1, 10_000), pace.concurrency, ` (${pace.source})`),
    own('RATE', 'Calls per second per account.', perSecond, pace.perSecond),
    ...(batchSize === undefined ? [] : [own('BATCH_SIZE', 'Devices in one request.', wholeNumber(1, 1000), batchSize)]),
    own('TIMEOUT_SECONDS', 'How long one call may take.', seconds, timeoutMs / 1000),
    own('DEADLINE_SECONDS', 'How long an accepted change is polled.', seconds, DEADLINE_SECONDS),
    ...(settleMs === undefined
      ? []
      : [own('SETTLE_SECONDS', 'As SETTLE_SECONDS, which counts here too when it is set.', seconds, settleMs / 1000)]),
  ];
}

/** A setting by its whole name, which ends in a service provider's id when it is of that provider alone. */
export interface NamedSetting {
  readonly name: string;
  readonly integration: Integration;
  readonly setting: IntegrationSetting;
}

/** Settings of all integrations, with those that carry a service provider's id as far as they are given. */
export function namedSettings(integrations: readonly Integration[], given: readonly string[]): readonly NamedSetting[] {
  return integrations.flatMap((integration) =>
    integrationSettings(integration).flatMap((setting) => {
      const shared = `${integration.prefix}_${setting.name}`;
      const own = given.filter((name) => name.startsWith(`${shared}_`) && /^\d+$/.test(name.slice(shared.length + 1)));
      return [shared, ...own].map((name) => ({ name, integration, setting }));
    }),
  );
}
