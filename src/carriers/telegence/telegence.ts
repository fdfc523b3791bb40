import type { Carrier } from '../../domain/carrier.ts';
import { systemClock } from '../../domain/clock.ts';
import { subscriberNumber } from '../../domain/subscriber-number.ts';
import { createTelegenceApi } from './api.ts';
import { changeTelegencePlan } from './change-plan.ts';

/** AT&T Telegence (APEX Mobility): lines, known by their phone number. */
export const telegence: Carrier = {
  integration: 'Telegence',
  name: 'Telegence',
  prefix: 'TELEGENCE',
  portal: 'Mobility',
  settings: ['BASE_URL', 'APP_ID', 'APP_SECRET'],
  optional: {},
  secrets: ['APP_SECRET'],
  accountKey: ['BASE_URL', 'APP_ID'],
  pace: { concurrency: 4, perSecond: null, source: 'no public limit' },
  documented: { concurrency: null, perSecond: null },
  needs: ['phone-number-10'],
  effectiveDate: { kind: 'any' },
  commPlan: null,
  doneLater: false,
  readBack: ['GET /sp/mobility/lineconfig/api/v1/service/{subscriberNumber}'],
  timeoutMs: 30_000,
  headers: (settings) => ({ 'app-id': settings['APP_ID'] ?? '', 'app-secret': settings['APP_SECRET'] ?? '' }),
  limitedFor: ({ status, retryAfterMs }) => (status === 429 ? (retryAfterMs ?? 1000) : null),
  connect: ({ http, settings }) => {
    const api = createTelegenceApi(settings['BASE_URL'] ?? '', http);
    const today = (): string => new Date(systemClock.now()).toISOString().slice(0, 10);
    return {
      readPlan: async ({ device }, signal) => {
        const { value } = await api.line(subscriberNumber(device.msisdn) ?? '', device.iccid, signal);
        return { plan: value.plan };
      },
      changePlan: (change, steps) => changeTelegencePlan(change, steps, { api, http, today }),
    };
  },
};
