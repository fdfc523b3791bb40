import type { Carrier } from '../../domain/carrier.ts';
import { createThingSpaceApi, limitedFor } from './api.ts';
import { CHANGE_AUDIT, CHANGE_STEP, changeThingSpacePlan } from './change-plan.ts';
import { createPlanSender } from './send-plan.ts';
import { createSession } from './session.ts';

/** Verizon ThingSpace (Connectivity Management): changes of many devices in one request, accepted and done later. */
export const thingSpace: Carrier = {
  integration: 'ThingSpace',
  name: 'ThingSpace',
  prefix: 'THINGSPACE',
  portal: 'M2M',
  settings: ['BASE_URL', 'CLIENT_KEY', 'CLIENT_SECRET', 'USERNAME', 'PASSWORD', 'ACCOUNT_NAME'],
  optional: {},
  secrets: ['CLIENT_SECRET', 'PASSWORD'],
  accountKey: ['BASE_URL', 'CLIENT_KEY', 'USERNAME'],
  pace: { concurrency: 2, perSecond: 5, source: 'no public limit: a careful start' },
  documented: { concurrency: null, perSecond: null },
  needs: ['not-suspended'],
  effectiveDate: { kind: 'none' },
  commPlan: 'IP pool',
  // "at most 4 plan changes per device per month"
  quota: { perMonth: 4, audit: CHANGE_AUDIT, step: CHANGE_STEP },
  doneLater: true,
  readBack: ['POST /m2m/v1/devices/actions/list'],
  timeoutMs: 30_000,
  // A lost answer may have been "accepted", which shows when it is done: as late as that of any accepted change. A repeat uses up one of four.
  settleMs: 15 * 60_000,
  batchSize: 200,
  headers: () => ({}),
  limitedFor,
  connect: ({ http, settings, batchSize, settleMs, shared }) => {
    const session = shared(() => createSession(http, settings));
    const api = createThingSpaceApi(settings['BASE_URL'] ?? '', session);
    const sender = createPlanSender(api, session, batchSize);
    const accountName = settings['ACCOUNT_NAME'] ?? '';
    return {
      readPlan: async ({ device }, signal) => ({ plan: (await api.device(device.iccid, signal)).value.plans.join(', ') }),
      changePlan: (change, steps) => changeThingSpacePlan(change, steps, { api, sender, accountName, settleMs }),
    };
  },
};
