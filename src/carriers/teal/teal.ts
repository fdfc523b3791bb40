import { randomBytes } from 'node:crypto';

import type { Carrier } from '../../domain/carrier.ts';
import { createTealApi, isTransient } from './api.ts';
import { changeTealPlan } from './change-plan.ts';
import { createRecent } from './recent.ts';

/** "Unique, at most 32 characters". */
const REQUEST_ID_BYTES = 16;

/** Requests whose eSIMs were seen to move: of more the oldest are forgotten, and a failure counts later. */
const MAX_MOVED = 20_000;

/** Teal Communications: eSIMs, known by their EID. */
export const teal: Carrier = {
  integration: 'Teal',
  name: 'Teal',
  prefix: 'TEAL',
  portal: 'M2M',
  settings: ['BASE_URL', 'API_KEY', 'API_SECRET'],
  optional: {},
  secrets: ['API_KEY', 'API_SECRET'],
  accountKey: ['BASE_URL', 'API_KEY'],
  pace: { concurrency: 10, perSecond: 15, source: 'Teal: 1000 calls per minute' },
  documented: { concurrency: null, perSecond: 1000 / 60 },
  needs: ['eid', 'plan-uuid'],
  effectiveDate: { kind: 'none' },
  commPlan: null,
  doneLater: true,
  readBack: ['GET /operation-result', 'GET /esims/info'],
  timeoutMs: 30_000,
  // Whether a call may name several EIDs is up to the provider.
  batchSize: 1,
  headers: (settings) => ({ ApiKey: settings['API_KEY'] ?? '', ApiSecret: settings['API_SECRET'] ?? '' }),
  limitedFor: ({ status, retryAfterMs }) => (status === 429 ? (retryAfterMs ?? 1000) : null),
  isTransient,
  connect: ({ http, settings, batchSize }) => {
    const api = createTealApi(settings['BASE_URL'] ?? '', http, () => randomBytes(REQUEST_ID_BYTES).toString('hex'));
    const moved = createRecent<true>(MAX_MOVED);
    return {
      readPlan: async ({ device }, signal) => {
        const { value } = await api.esim(device.eid ?? '', signal);
        return { planUuid: value.planUuid ?? null };
      },
      changePlan: (change, steps) => changeTealPlan(change, steps, { api, http, moved, batchSize }),
    };
  },
};
