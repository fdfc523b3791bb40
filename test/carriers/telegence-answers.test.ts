import { expect, test } from 'vitest';

import { telegence } from '../../src/carriers/telegence/telegence.ts';
import type { HttpClient, HttpReply } from '../../src/domain/http.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { PlanChange } from '../../src/domain/plan-change.ts';
import type { Sent, Step, Steps } from '../../src/domain/step.ts';

// What sets Telegence's answers apart: the SIM in the line, reads that confirm, dates, and errors in plain text.

const NEVER = new AbortController().signal;
const CHANGE: PlanChange = {
  kind: 'change-rate-plan',
  device: {
    portal: 'Mobility',
    deviceId: 1,
    iccid: '89014103230000000018',
    msisdn: '12055552301',
    eid: null,
    providerId: 23,
    tenantId: 1,
  },
  plan: { id: 1, code: 'TG-10GB', packageTypeId: null, planUuid: null },
  commPlan: null,
  effectiveDate: null,
  before: { plan: 'TG-1GB' },
};

function answer(status: number, body: unknown): HttpReply & { kind: 'answer' } {
  return { kind: 'answer', status, text: typeof body === 'string' ? body : JSON.stringify(body), retryAfterMs: null };
}

const line = (plan: string, sim: string | null = CHANGE.device.iccid) =>
  answer(200, {
    subscriberNumber: '2055552301',
    serviceCharacteristic: [
      { name: 'singleUserCode', value: plan },
      { name: 'sim', value: sim },
    ],
  });

interface Told {
  readonly sent: readonly Sent<unknown>[];
  readonly outcome: Outcome;
  readonly calls: readonly string[];
  readonly bodies: readonly unknown[];
}

/** Changes the plan where reads are answered by `reads`, one after another, and the PATCH by `patched`. */
async function changeOn(reads: readonly HttpReply[], patched: HttpReply, change = CHANGE, isResumed = false): Promise<Told> {
  const calls: string[] = [];
  const bodies: unknown[] = [];
  const left = [...reads];
  const http: HttpClient = {
    timeoutMs: 1000,
    redact: (text) => text,
    read: async ({ url }) => {
      calls.push(`GET ${url}`);
      return left.shift() ?? answer(500, 'nothing left to answer');
    },
    send: async ({ method, url, body }) => {
      calls.push(`${method} ${url}`);
      bodies.push(body);
      return patched;
    },
  };
  const account = { http, settings: { BASE_URL: 'http://host' }, knownPackages: async () => [], batchSize: 1 };
  const connection = telegence.connect({ ...account, shared: (create) => create() });
  const sent: Sent<unknown>[] = [];
  const steps: Pick<Steps, 'signal' | 'isResumed' | 'remember' | 'step'> = {
    signal: NEVER,
    isResumed,
    remember: (_name, read) => read(),
    step: async <T>(_name: string, step: Parameters<Steps['step']>[1]): Promise<T> => {
      sent.push(await (step as Step<T>).send(NEVER, ''));
      return undefined as T;
    },
  };
  const outcome = await connection.changePlan(change, steps as Steps);
  return { sent, outcome, calls, bodies };
}

test('the line is read by ten digits, its PATCH names one characteristic and a UTC day, and a read confirms it', async () => {
  const before = new Date().toISOString().slice(0, 10);
  const { sent, calls, bodies } = await changeOn([line('TG-1GB'), line('TG-10GB')], line('TG-10GB'));
  const after = new Date().toISOString().slice(0, 10);

  const url = 'http://host/sp/mobility/lineconfig/api/v1/service/2055552301';
  expect(calls).toEqual([`GET ${url}`, `PATCH ${url}`, `GET ${url}`]);
  expect([`${before}Z`, `${after}Z`]).toContain((bodies[0] as { readonly effectiveDate: string }).effectiveDate);
  expect(bodies).toMatchObject([{ serviceCharacteristic: [{ name: 'singleUserCode', value: 'TG-10GB' }] }]);
  expect(sent).toMatchObject([{ kind: 'done' }]);
});

test.each([
  ['another SIM', '89014103990000000012', '89014103990000000012'],
  ['no SIM', null, 'none'],
])('a line with %s is never written to', async (_what, sim, told) => {
  const changing = changeOn([line('TG-1GB', sim)], line('TG-10GB'));

  await expect(changing).rejects.toMatchObject({
    error: { code: 'SIM_MISMATCH', message: `Telegence: the SIM of 2055552301 is ${told}, not ${CHANGE.device.iccid}` },
  });
});

test('after a stop the SIM is looked at again before the line is written to', async () => {
  const { sent, calls } = await changeOn([line('TG-1GB'), line('TG-1GB', '89014103990000000012')], line('TG-10GB'), CHANGE, true);

  expect(sent).toMatchObject([{ kind: 'refused', error: { code: 'SIM_MISMATCH' } }]);
  expect(calls.filter((call) => call.startsWith('PATCH'))).toEqual([]);
});

test('a 200 that no read confirms yet is taken, not done', async () => {
  const { sent } = await changeOn([line('TG-1GB'), line('TG-1GB')], line('TG-10GB'));

  expect(sent).toMatchObject([{ kind: 'accepted', handle: 'HTTP 200' }]);
});

test('a change of a later day is done by its answer, which no read could confirm before', async () => {
  const { sent, outcome, calls, bodies } = await changeOn([line('TG-1GB')], line('TG-1GB'), { ...CHANGE, effectiveDate: '2999-01-01' });

  expect(sent).toMatchObject([{ kind: 'done' }]);
  expect(bodies).toMatchObject([{ effectiveDate: '2999-01-01Z' }]);
  expect(calls).toHaveLength(2);
  expect(outcome).toMatchObject({ status: 'APPLIED', message: 'OK; effective 2999-01-01' });
});

test.each([
  [400, { errorDescription: 'Invalid singleUserCode' }, 'refused', 'carrier', 'Invalid singleUserCode'],
  [400, 'Bad request: no such plan\n', 'refused', 'carrier', 'Bad request: no such plan'],
  [404, '', 'refused', 'carrier', 'Telegence: status 404'],
  [401, 'Unauthorized application', 'stop', 'auth', 'Telegence: authentication failed'],
  [403, { errorDescription: 'no' }, 'stop', 'auth', 'Telegence: authentication failed'],
  [502, '<html>Bad gateway</html>', 'lost', 'transient', 'Telegence: server error 502'],
] as const)('%i %o to the change is %s', async (status, body, kind, errorClass, message) => {
  const { sent } = await changeOn([line('TG-1GB')], answer(status, body));

  expect(sent).toMatchObject([{ kind, error: { class: errorClass, message } }]);
});

test.each(['', '{}', '[]', 'OK'])('200 with %o does not say that it was done', async (body) => {
  const { sent } = await changeOn([line('TG-1GB')], answer(200, body));

  expect(sent).toMatchObject([{ kind: 'lost', error: { code: 'ANSWER_UNREADABLE' } }]);
});
