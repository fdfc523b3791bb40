import { expect, test } from 'vitest';

import { jasper } from '../../src/carriers/jasper/jasper.ts';
import type { HttpClient, HttpReply } from '../../src/domain/http.ts';
import type { PlanChange } from '../../src/domain/plan-change.ts';
import type { Sent, Step, Steps } from '../../src/domain/step.ts';

// What the answers of Control Center mean beyond their HTTP status: only it has such codes.

const NEVER = new AbortController().signal;
const CHANGE: PlanChange = {
  kind: 'change-rate-plan',
  device: {
    portal: 'M2M',
    deviceId: 1,
    iccid: '89011702000000000017',
    msisdn: null,
    eid: null,
    providerId: 2,
    tenantId: 1,
  },
  plan: { id: 1, code: 'IOT-1GB', packageTypeId: null, planUuid: null },
  commPlan: null,
  effectiveDate: null,
  before: { plan: 'IOT-10MB' },
};
const BEFORE = { iccid: CHANGE.device.iccid, ratePlan: 'IOT-10MB', communicationPlan: null };

function answer(status: number, body: unknown): HttpReply & { kind: 'answer' } {
  return { kind: 'answer', status, text: JSON.stringify(body), retryAfterMs: null };
}

/** What the step of a plan change came to when its PUT is answered so. */
async function sentOn(reply: HttpReply, change = CHANGE): Promise<Sent<unknown>> {
  const http: HttpClient = { timeoutMs: 1000, redact: (text) => text, read: async () => answer(200, BEFORE), send: async () => reply };
  const connection = jasper.connect({
    http,
    settings: { BASE_URL: 'http://host' },
    knownPackages: async () => [],
    batchSize: 1,
    shared: (create) => create(),
  });
  const sent: Sent<unknown>[] = [];
  const steps: Pick<Steps, 'signal' | 'remember' | 'step'> = {
    signal: NEVER,
    remember: (_name, read) => read(),
    step: async <T>(_name: string, step: Parameters<Steps['step']>[1]): Promise<T> => {
      sent.push(await (step as Step<T>).send(NEVER, ''));
      return undefined as T;
    },
  };
  await connection.changePlan(change, steps as Steps);
  const [only] = sent;
  if (only === undefined) throw new Error('nothing was sent');
  return only;
}

test.each([
  [400, '10000030', 'stop', 'auth'],
  [400, '10000001', 'stop', 'auth'],
  [400, '40000029', 'stop', 'limit'],
  [404, '20000001', 'refused', 'carrier'],
  [400, '10000028', 'refused', 'carrier'],
  [500, '30000001', 'lost', 'transient'],
] as const)('%i with code %s is %s', async (status, errorCode, kind, errorClass) => {
  const sent = await sentOn(answer(status, { errorCode, errorMessage: 'said so' }));

  expect(sent).toMatchObject({ kind, error: { code: errorCode, class: errorClass } });
});

test.each(['10000023', '10000024', '10000028'])('code %s is called our mistake, with the words of the carrier', async (errorCode) => {
  const sent = await sentOn(answer(400, { errorCode, errorMessage: 'Invalid member' }));

  expect(sent).toMatchObject({ error: { message: 'Invalid member', hint: expect.stringContaining('mistake of pond-bulk') } });
});

test.each([
  [429, {}],
  [400, { errorCode: '40000029' }],
  [503, { errorCode: '40000029' }],
] as const)('%i %o makes everyone on the account wait', (status, body) => {
  expect(jasper.limitedFor(answer(status, body))).toBe(1000);
});

test('202 is taken, not done: a read has to confirm it', async () => {
  expect(await sentOn(answer(202, { iccid: CHANGE.device.iccid }))).toMatchObject({ kind: 'accepted' });
});

test.each(['{"iccid":"89011702000000000017"}', '', '{}', 'Accepted'])(
  '202 with the body "%s" is done for a later day, which no read could confirm before',
  async (text) => {
    const sent = await sentOn({ kind: 'answer', status: 202, text, retryAfterMs: null }, { ...CHANGE, effectiveDate: '2099-01-01' });

    expect(sent).toMatchObject({ kind: 'done' });
  },
);

test.each([{}, { iccid: '' }, { iccid: ' \t' }, { iccid: null }, { iccid: '89011702000000000025' }, { iccid: '890117020000000000101' }])(
  '200 with %o does not say that it was done',
  async (body) => {
    expect(await sentOn(answer(200, body))).toMatchObject({ kind: 'lost', error: { code: 'ANSWER_UNREADABLE' } });
  },
);

test.each(['89011702000000000017', ' 89011702000000000017 ', '8901170200000000001'])(
  '200 with the ICCID "%s" is done: with or without its check digit it is the one that was asked for',
  async (iccid) => {
    expect(await sentOn(answer(200, { iccid }))).toMatchObject({ kind: 'done' });
  },
);

test('an ICCID that was asked for without its check digit may be answered with it', async () => {
  const iccid = '8901170200000000001';
  const sent = await sentOn(answer(200, { iccid: '89011702000000000017' }), { ...CHANGE, device: { ...CHANGE.device, iccid } });

  expect(sent).toMatchObject({ kind: 'done' });
});
