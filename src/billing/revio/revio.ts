import type { Billing } from '../../domain/billing.ts';
import type { HttpAnswer } from '../../domain/http.ts';
import { createRevioApi, isLoginRefused } from './api.ts';
import { orderService } from './order-service.ts';

/** Rev.io billing, REST API v1. */
export const revio: Billing = {
  name: 'Rev.io',
  prefix: 'REVIO',
  settings: ['BASE_URL', 'USERNAME', 'CLIENT_CODE', 'PASSWORD', 'SUBSCRIPTION_KEY'],
  optional: { NUMBER_QUERY: 'search.number' },
  secrets: ['PASSWORD', 'SUBSCRIPTION_KEY'],
  accountKey: ['BASE_URL', 'SUBSCRIPTION_KEY'],
  pace: { concurrency: 4, perSecond: 7, source: "Rev.io: 500 calls per minute and key, shared with the tenant's other vendors" },
  documented: { concurrency: null, perSecond: 500 / 60 },
  timeoutMs: 60_000,
  headers: (settings) => ({
    Authorization: `Basic ${Buffer.from(`${settings['USERNAME']}@${settings['CLIENT_CODE']}:${settings['PASSWORD']}`).toString('base64')}`,
    'Ocp-Apim-Subscription-Key': settings['SUBSCRIPTION_KEY'] ?? '',
  }),
  limitedFor,
  isLoginRefused,
  connect: ({ http, settings }) => {
    const api = createRevioApi(settings['BASE_URL'] ?? '', settings['NUMBER_QUERY'] ?? 'search.number', http);
    return {
      checkLogin: async (signal) => {
        await api.anyService(signal);
      },
      orderService: (change, order, customer, steps) => orderService(change, order, customer, steps, { api, http }),
    };
  },
};

/** Retry-After, else the number in "Try again in 26 seconds" and one more. */
function limitedFor({ status, text, retryAfterMs }: HttpAnswer): number | null {
  if (status !== 429) return null;
  if (retryAfterMs !== null) return retryAfterMs;
  const seconds = /in (\d+) second/i.exec(text)?.[1];
  return seconds === undefined ? 1000 : (Number(seconds) + 1) * 1000;
}
