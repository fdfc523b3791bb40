import type { Carrier } from '../../domain/carrier.ts';
import { changeJasperPlan } from './change-plan.ts';
import { createJasperApi, isRateLimited } from './api.ts';

/** Control Center allows one active call and 5 a second per account, its customers included; 4 leave room for jitter. */
const PACE = { concurrency: 1, perSecond: 4, source: 'Cisco IoT Control Center REST API: 1 active call, 5 calls/s' };

/** One tenant of Cisco IoT Control Center. The four integrations differ in their host and their name only. */
function controlCenter(integration: string, prefix: string): Carrier {
  return {
    integration,
    name: integration,
    prefix,
    portal: 'M2M',
    settings: ['BASE_URL', 'USERNAME', 'API_KEY'],
    optional: {},
    secrets: ['API_KEY'],
    accountKey: ['BASE_URL', 'USERNAME'],
    pace: PACE,
    documented: { concurrency: 1, perSecond: 5 },
    needs: [],
    // "at most 180 days ahead"
    effectiveDate: { kind: 'days', max: 180 },
    commPlan: 'communication plan',
    doneLater: false,
    readBack: ['GET /devices/{iccid}'],
    timeoutMs: 30_000,
    headers: (settings) => ({
      Authorization: `Basic ${Buffer.from(`${settings['USERNAME']}:${settings['API_KEY']}`).toString('base64')}`,
    }),
    limitedFor: (answer) => (isRateLimited(answer) ? (answer.retryAfterMs ?? 1000) : null),
    connect: ({ http, settings }) => {
      const api = createJasperApi(integration, settings['BASE_URL'] ?? '', http);
      return {
        readPlan: async ({ device }, signal) => {
          const { value } = await api.device(device.iccid, signal);
          return { plan: value.ratePlan, commPlan: value.communicationPlan };
        },
        changePlan: (change, steps) => changeJasperPlan(change, steps, api, http),
      };
    },
  };
}

export const jasper = controlCenter('Jasper', 'JASPER');
export const tmobileJasper = controlCenter('TMobileJasper', 'TMOBILEJASPER');
export const pod19 = controlCenter('POD19', 'POD19');
export const rogers = controlCenter('Rogers', 'ROGERS');
