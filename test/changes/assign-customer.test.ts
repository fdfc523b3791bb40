import { expect, test } from 'vitest';

import { assignCustomer } from '../../src/changes/assign-customer.ts';
import type { Assignment } from '../../src/domain/assignment.ts';
import type { BillingConnection } from '../../src/domain/billing.ts';
import type { RowError } from '../../src/domain/result.ts';
import type { Sent, Step } from '../../src/domain/step.ts';
import { createBatches } from '../../src/run/batches.ts';
import { runDevice } from '../../src/run/run-device.ts';
import { createFakeClock } from '../fake-clock.ts';

// What a row says of the customer when its carrier plan is not changed, or not yet.

const DEVICE = { portal: 'M2M', deviceId: 1, iccid: '8988228066600000014', msisdn: null, eid: null, providerId: 1, tenantId: 1 } as const;
const SERVICE = {
  serviceTypeId: 3,
  revProviderId: 12,
  packageId: null,
  products: [],
  prorate: false,
  description: null,
  usagePlanGroupId: null,
};
const CHANGE: Assignment = {
  kind: 'assign-customer',
  device: DEVICE,
  customer: { siteId: 1, siteName: 'Acme', tenantId: 1, rev: { key: 'the-key', customerId: '4711', authenticationId: 5 } },
  service: SERVICE,
  effectiveDate: '2026-12-01',
  activatedDate: null,
  customerPlan: null,
  carrierPlan: {
    kind: 'change-rate-plan',
    device: DEVICE,
    plan: { id: 1, code: 'A', packageTypeId: null, planUuid: null },
    commPlan: null,
    effectiveDate: null,
    before: {},
  },
  before: {},
};
const BILLING: BillingConnection = {
  checkLogin: () => Promise.resolve(),
  orderService: () => Promise.resolve({ serviceId: 100, effects: [], audit: [], failure: null }),
};

function error(errorClass: RowError['class'], message: string): RowError {
  return { code: 'X', class: errorClass, retryable: false, http: null, message, hint: null };
}

const ACCEPTED: Sent<boolean> = { kind: 'accepted', handle: 'request 1', response: '' };
const LOST: Sent<boolean> = { kind: 'lost', error: error('transient', 'no answer'), response: '' };
const REFUSED: Sent<boolean> = { kind: 'refused', error: error('carrier', 'no such plan'), response: '' };
const STOPPED: Sent<boolean> = { kind: 'stop', error: error('auth', 'authentication failed'), response: '' };

/** Runs the row where the carrier answers so and nothing shows afterwards. */
function assign(service: Assignment['service'], sent: Sent<boolean>, byProcedure = false) {
  const step: Step<boolean> = {
    audit: 'Test: API',
    request: 'POST /plan',
    send: () => Promise.resolve(sent),
    readBack: () => Promise.resolve({ kind: 'absent' }),
  };
  return runDevice(
    (steps) =>
      assignCustomer({ ...CHANGE, service }, steps, {
        billing: BILLING,
        isWaiting: () => Promise.resolve(true),
        byProcedure,
        changePlan: async (_plan, planSteps) => {
          await planSteps.step('set plan', step);
          throw new Error('it is never done here');
        },
      }),
    {
      rowId: '1',
      attempt: 1,
      past: [],
      audited: 0,
      journal: { add: () => Promise.resolve(), flush: () => Promise.resolve() },
      batches: createBatches(),
      clock: createFakeClock(),
      settleMs: 30_000,
      callProcedure: async ({ procedure }, entry) => ({
        ...entry,
        data: { kind: 'answer', ended: 'done', value: '', audit: procedure, request: '', response: 'OK', lasting: false },
      }),
      tell: () => undefined,
      signal: new AbortController().signal,
    },
  );
}

test.each([
  ['accepted', SERVICE, ACCEPTED, 'ACCEPTED', 'customer assigned at billing; carrier plan: accepted by the carrier (request 1)'],
  ['in doubt', SERVICE, LOST, 'UNKNOWN', 'customer assigned at billing; carrier plan: no answer'],
  ['refused', SERVICE, REFUSED, 'FAILED', 'no such plan. customer assigned; carrier plan not changed'],
  ['not sent', SERVICE, STOPPED, 'NOT_STARTED', 'authentication failed'],
  ['accepted, and nothing is ordered', null, ACCEPTED, 'ACCEPTED', 'accepted by the carrier (request 1)'],
  ['in doubt, and nothing is ordered', null, LOST, 'UNKNOWN', 'no answer'],
] as const)('the row tells what is done of it when the carrier plan is %s', async (_when, service, sent, status, message) => {
  const verdict = await assign(service, sent);

  expect(verdict).toMatchObject({ status, message });
});

test('a customer that a procedure has assigned already is told so', async () => {
  const verdict = await assign(null, LOST, true);

  expect(verdict).toMatchObject({
    status: 'UNKNOWN',
    message: 'customer assigned; carrier plan: no answer',
    error: { message: 'customer assigned; carrier plan: no answer' },
  });
});
