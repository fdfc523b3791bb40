import type { z } from 'zod';

import type { Integration } from '../domain/carrier.ts';
import { baseUrl, positiveInteger, positiveNumber } from './settings.ts';

/** A setting of an integration, by its name without the prefix. */
export interface IntegrationSetting {
  readonly name: string;
  readonly help: string;
  readonly secret: boolean;
  readonly schema: z.ZodType<string | number, string> | null;
}

/** What an account needs, and how fast it may be used: made from the integration's definition. */
export function integrationSettings(integration: Integration): readonly IntegrationSetting[] {
  const { settings, optional, secrets, pace } = integration;
  const account = [...settings, ...Object.keys(optional)].map((name) => ({
    name,
    help: name in optional ? `Default: ${optional[name]}.` : '',
    secret: secrets.includes(name),
    schema: name === 'BASE_URL' ? baseUrl : null,
  }));
  return [
    ...account,
    {
      name: 'CONCURRENCY',
      help: `Requests at once per account. Default: ${pace.concurrency} (${pace.source}).`,
      secret: false,
      schema: positiveInteger,
    },
    {
      name: 'RATE',
      help: `Calls per second per account. Default: ${pace.perSecond ?? 'no limit'}.`,
      secret: false,
      schema: positiveNumber,
    },
    {
      name: 'TIMEOUT_SECONDS',
      help: `How long one call may take. Default: ${integration.timeoutMs / 1000}.`,
      secret: false,
      schema: positiveNumber,
    },
    { name: 'DEADLINE_SECONDS', help: 'How long an accepted change is polled. Default: 900.', secret: false, schema: positiveNumber },
  ];
}
