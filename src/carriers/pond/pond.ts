import type { Carrier } from '../../domain/carrier.ts';
import { createPondApi } from './api.ts';
import { changePondPlan } from './change-plan.ts';
import { pondIccid } from '../../domain/pond-iccid.ts';

/** POND IoT: a carrier rate plan is a package of Telna's "distributorPPUService" v1. */
export const pond: Carrier = {
  integration: 'Pond',
  name: 'POND',
  prefix: 'POND',
  portal: 'M2M',
  settings: ['BASE_URL', 'DISTRIBUTOR_ID', 'API_KEY', 'USERNAME', 'PASSWORD'],
  optional: { API_KEY_HEADER: 'ApiKey' },
  secrets: ['API_KEY', 'PASSWORD'],
  accountKey: ['BASE_URL', 'DISTRIBUTOR_ID', 'USERNAME'],
  pace: { concurrency: 2, perSecond: 5, source: 'no public limit: a careful start' },
  documented: { concurrency: null, perSecond: null },
  needs: ['package-type', 'iccid-19'],
  effectiveDate: { kind: 'none' },
  commPlan: null,
  doneLater: false,
  readBack: ['GET /sim/{iccid}/package/infos', 'GET /package/{packageId}/info'],
  timeoutMs: 30_000,
  headers: (settings) => ({
    [settings['API_KEY_HEADER'] ?? 'ApiKey']: settings['API_KEY'] ?? '',
    Authorization: `Basic ${Buffer.from(`${settings['USERNAME']}:${settings['PASSWORD']}`).toString('base64')}`,
  }),
  limitedFor: ({ status, retryAfterMs }) => (status === 429 ? (retryAfterMs ?? 1000) : null),
  connect: ({ http, settings, knownPackages }) => {
    const api = createPondApi(`${settings['BASE_URL']}/${settings['DISTRIBUTOR_ID']}`, http);
    return {
      readPlan: async ({ device }, signal) => {
        const { packages } = await api.packages(pondIccid(device.iccid) ?? device.iccid, signal);
        const active = packages.filter(({ status }) => status === 'ACTIVE').map(({ packageTypeId }) => packageTypeId);
        return { packageTypeId: active.length === 1 ? (active[0] ?? null) : active.join(', ') };
      },
      changePlan: (change, steps) => changePondPlan(change, steps, { api, http, knownPackages }),
    };
  },
};
