import { describe, expect, test } from 'vitest';

import { rowError } from '../../src/carriers/teal/api.ts';
import { teal } from '../../src/carriers/teal/teal.ts';
import type { HttpCall, HttpClient, HttpReply } from '../../src/domain/http.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { PlanChange } from '../../src/domain/plan-change.ts';
import type { Asked, BatchedStep, Steps } from '../../src/domain/step.ts';

// What the answers of Teal mean beyond their HTTP status: a 200 may say no, and 102 is an answer.

const NEVER = new AbortController().signal;
const [EID, OLD, NEW] = ['89049032000000000000000000000001', '7ea10000000000000000000000000001', '7EA10000000000000000000000000003'];
const CHANGE: PlanChange = {
  kind: 'change-rate-plan',
  device: { portal: 'M2M', deviceId: 1, iccid: '89014902200000000018', msisdn: null, eid: EID, providerId: 22, tenantId: 1 },
  plan: { id: 1, code: 'TEAL-1GB', packageTypeId: null, planUuid: NEW },
  commPlan: null,
  effectiveDate: null,
  before: { plan: 'TEAL-100MB' },
};

const TAKEN: Asked = { isTaken: true, ageMs: 1000 };
const LOST: Asked = { isTaken: false, ageMs: 1000 };
const QUARTER_OF_AN_HOUR_MS = 15 * 60_000;

function answer(status: number, body: unknown): HttpReply {
  return { kind: 'answer', status, text: body === undefined ? '' : JSON.stringify(body), retryAfterMs: null };
}

const esim = (planUuid: string, planChangeStatus: string | null = null): HttpReply =>
  answer(200, { success: true, entries: [{ eid: EID, planUuid, planChangeStatus }] });
const result = (entry: object): HttpReply => answer(200, { success: true, entries: [{ eid: EID, ...entry }] });

type PlanStep = BatchedStep<unknown, unknown>;

/** Changes the plan of an eSIM that is as `before` says: the outcome, and the step where one was begun. */
async function changeOf(before: HttpReply, replies: { send?: HttpReply; result?: HttpReply; now?: HttpReply } = {}, batchSize = 1) {
  const urls: string[] = [];
  let infos = 0;
  const replyTo = ({ url }: HttpCall): HttpReply | undefined => {
    urls.push(url);
    if (url.includes('/operation-result')) return replies.result;
    infos += 1;
    return infos === 1 ? before : replies.now;
  };
  const given = (reply: HttpReply | undefined): HttpReply => {
    if (reply === undefined) throw new Error('an unexpected call');
    return reply;
  };
  const http: HttpClient = {
    timeoutMs: 1000,
    redact: (text) => text,
    read: async (call) => given(replyTo(call)),
    send: async () => given(replies.send),
  };
  const account = {
    http,
    settings: { BASE_URL: 'http://host' },
    batchSize,
    knownPackages: async () => [],
    shared: <T>(create: () => T): T => create(),
  };
  let begun: PlanStep | null = null;
  const steps: Pick<Steps, 'signal' | 'remember' | 'step'> = {
    signal: NEVER,
    remember: (_name, read) => read(),
    step: async <T>(_name: string, step: Parameters<Steps['step']>[1]): Promise<T> => {
      begun = step as PlanStep;
      return undefined as T;
    },
  };
  const outcome: Outcome = await teal.connect(account).changePlan(CHANGE, steps as Steps);
  return { outcome, step: begun as PlanStep | null, urls };
}

async function stepOf(...args: Parameters<typeof changeOf>): Promise<PlanStep> {
  const { step } = await changeOf(...args);
  if (step === null) throw new Error('nothing was sent');
  return step;
}

describe('the answer to the change', () => {
  test.each([
    [200, { success: true }, { kind: 'accepted', handle: 'r1' }],
    [
      200,
      { success: false, errorCode: 'VALIDATION_ERROR', message: 'no such plan' },
      { kind: 'refused', error: { message: 'no such plan' } },
    ],
    [400, { success: false, errorCode: 'ESIM_NOT_FOUND', message: 'no eSIM' }, { kind: 'refused', error: { code: 'ESIM_NOT_FOUND' } }],
    [409, { success: false, errorCode: 'FLOW_RESTRICTED_ERROR' }, { kind: 'refused', error: { class: 'carrier' } }],
    [200, { success: false, errorCode: 'UNAUTHORIZED' }, { kind: 'stop', error: { class: 'auth' } }],
    [400, { success: false, errorCode: 'UNAUTHORIZED' }, { kind: 'stop', error: { class: 'auth' } }],
    [200, { success: false, errorCode: 'GENERIC_ERROR', message: 'try again' }, { kind: 'lost', error: { message: 'try again' } }],
    [400, { success: false, errorCode: 'GENERIC_ERROR' }, { kind: 'lost', error: { class: 'transient' } }],
    [503, undefined, { kind: 'lost', error: { class: 'transient' } }],
    [200, { requestId: 'x' }, { kind: 'lost', error: { code: 'ANSWER_UNREADABLE' } }],
  ] as const)('%i %o is %o', async (status, body, sent) => {
    const step = await stepOf(esim(OLD), { send: answer(status, body) });

    expect(await step.sendAll([step.member], NEVER, 'r1')).toMatchObject([sent]);
  });

  test('a refusal of several at once may be because of some of them', async () => {
    const step = await stepOf(esim(OLD), { send: answer(400, { success: false, errorCode: 'ESIM_NOT_FOUND' }) }, 10);

    expect(await step.sendAll([step.member, step.member], NEVER, 'r1')).toMatchObject([{ kind: 'refused' }, { kind: 'refused' }]);
    expect(step.isForSome?.(rowError('ESIM_NOT_FOUND', 'no eSIM'))).toBe(true);
  });
});

describe('what is seen of a change', () => {
  test.each([
    ['102: it is queued', answer(102, undefined), undefined, { kind: 'pending' }],
    [
      'refused in the end',
      result({ success: false, errorMessage: 'offline' }),
      undefined,
      { kind: 'failed', error: { message: 'offline' } },
    ],
    [
      'refused as a whole',
      answer(200, { success: false, errorCode: 'VALIDATION_ERROR', message: 'bad' }),
      undefined,
      { kind: 'failed', error: { message: 'bad' } },
    ],
    ['a result without the device', answer(200, { success: true, entries: [] }), undefined, { kind: 'pending' }],
    ['accepted, under way', result({ success: true }), esim(OLD, 'IN_PROGRESS'), { kind: 'pending' }],
    ['accepted, under way with the new plan told already', result({ success: true }), esim(NEW, 'PENDING'), { kind: 'pending' }],
    ['accepted, made; the UUID in other letters', result({ success: true }), esim(NEW.toLowerCase(), 'SUCCESS'), { kind: 'happened' }],
    ['accepted, failed', result({ success: true }), esim(OLD, 'FAILURE'), { kind: 'failed', error: { code: 'PLAN_CHANGE_FAILED' } }],
    ['accepted, and an older success shows', result({ success: true }), esim(OLD, 'SUCCESS'), { kind: 'pending' }],
    ['not known, and the plan is the old one', answer(404, { success: false }), esim(OLD, 'SUCCESS'), { kind: 'absent' }],
    ['not known any more, and the plan is the new one', answer(404, { success: false }), esim(NEW, 'SUCCESS'), { kind: 'happened' }],
    ['an error that says nothing', answer(200, { success: false, errorCode: 'GENERIC_ERROR' }), undefined, { kind: 'unclear' }],
    [
      'credentials refused',
      answer(401, { success: false, errorCode: 'UNAUTHORIZED' }),
      undefined,
      { kind: 'unclear', error: { class: 'auth' } },
    ],
    ['accepted, and the eSIM cannot be read', result({ success: true }), answer(500, undefined), { kind: 'unclear' }],
  ] as const)('%s', async (_what, operation, now, seen) => {
    const step = await stepOf(esim(OLD), { result: operation, ...(now === undefined ? {} : { now }) });

    expect(await step.readBack(NEVER, 'r1', TAKEN)).toMatchObject(seen);
  });
});

describe('a failure that the eSIM told before the change already', () => {
  const accepted = result({ success: true });

  test('is not taken for the end of this change', async () => {
    const step = await stepOf(esim(OLD, 'FAILURE'), { result: accepted, now: esim(OLD, 'FAILURE') });

    expect(await step.readBack(NEVER, 'r1', TAKEN)).toEqual({ kind: 'pending' });
  });

  test('does not hide that this change was made', async () => {
    const step = await stepOf(esim(OLD, 'FAILURE'), { result: accepted, now: esim(NEW, 'SUCCESS') });

    expect(await step.readBack(NEVER, 'r1', TAKEN)).toMatchObject({ kind: 'happened' });
  });

  test.each(['IN_PROGRESS', 'SUCCESS', null])(
    'counts once something else was seen in between (%s), for this request alone',
    async (between) => {
      const replies = { result: accepted, now: esim(OLD, between) };
      const step = await stepOf(esim(OLD, 'FAILURE'), replies);

      await step.readBack(NEVER, 'r1', TAKEN);
      replies.now = esim(OLD, 'FAILURE');

      expect(await step.readBack(NEVER, 'r1', TAKEN)).toMatchObject({ kind: 'failed', error: { code: 'PLAN_CHANGE_FAILED' } });
      expect(await step.readBack(NEVER, 'r2', TAKEN)).toEqual({ kind: 'pending' });
    },
  );

  test('counts when the longest time that a change may take is over', async () => {
    const step = await stepOf(esim(OLD, 'FAILURE'), { result: accepted, now: esim(OLD, 'FAILURE') });

    expect(await step.readBack(NEVER, 'r1', { ...TAKEN, ageMs: QUARTER_OF_AN_HOUR_MS - 1 })).toEqual({ kind: 'pending' });
    expect(await step.readBack(NEVER, 'r1', { ...TAKEN, ageMs: QUARTER_OF_AN_HOUR_MS })).toMatchObject({ kind: 'failed' });
  });
});

describe('of a change whose answer was lost', () => {
  test.each([
    ['a status of 400', answer(400, { success: false, errorCode: 'VALIDATION_ERROR', message: 'no such requestId' })],
    ['a 200 that says no', answer(200, { success: false, errorCode: 'ESIM_NOT_FOUND', message: 'no such operation' })],
  ])('%s to its request id says that it is not known, and the plan tells', async (_what, operation) => {
    const absent = await stepOf(esim(OLD), { result: operation, now: esim(OLD, 'SUCCESS') });
    const there = await stepOf(esim(OLD), { result: operation, now: esim(NEW, 'SUCCESS') });

    expect(await absent.readBack(NEVER, 'r1', LOST)).toEqual({ kind: 'absent' });
    expect(await there.readBack(NEVER, 'r1', LOST)).toMatchObject({ kind: 'happened' });
  });

  test('the refusal of the device itself counts: its request is known', async () => {
    const step = await stepOf(esim(OLD), { result: result({ success: false, errorMessage: 'offline' }) });

    expect(await step.readBack(NEVER, 'r1', LOST)).toMatchObject({ kind: 'failed', error: { message: 'offline' } });
  });
});

describe('before the change', () => {
  test.each(['SUCCESS', 'FAILURE', null])('an eSIM on the plan, with nothing under way (%s), is left alone', async (status) => {
    const { outcome, step } = await changeOf(esim(NEW, status));

    expect([outcome.status, step]).toEqual(['NOOP', null]);
  });

  test('an eSIM that is about to leave the plan is not "already on plan"', async () => {
    const { outcome, step } = await changeOf(esim(NEW, 'IN_PROGRESS'));

    expect([outcome.status, step?.maxMembers]).toEqual(['APPLIED', 1]);
  });

  test('an eSIM that Teal does not know fails the row', async () => {
    await expect(changeOf(answer(200, { success: true, entries: [] }))).rejects.toMatchObject({ error: { code: 'ESIM_NOT_FOUND' } });
  });
});

test('every call has a request id of its own, of 32 hexadecimal digits', async () => {
  const { urls, step } = await changeOf(esim(OLD), { result: answer(404, {}), now: esim(OLD) });
  await step?.readBack(NEVER, 'r1', TAKEN);
  const ids = [...urls, ...[1, 2].map(() => `?requestId=${step?.newHandle?.()}`)].map((url) => /requestId=(\w+)$/.exec(url)?.[1]);

  expect(ids.filter((id) => id !== 'r1')).toEqual(Array.from({ length: 4 }, () => expect.stringMatching(/^[0-9a-f]{32}$/)));
  expect(new Set(ids).size).toBe(ids.length);
});

test('an operation that has ended is asked for once, however often the eSIM is looked at; one that runs is asked for again', async () => {
  const replies = { result: answer(102, undefined), now: esim(OLD, 'IN_PROGRESS') };
  const { urls, step } = await changeOf(esim(OLD), replies);
  await step?.readBack(NEVER, 'r1', TAKEN);
  await step?.readBack(NEVER, 'r1', TAKEN);
  const whileItRan = urls.filter((url) => url.includes('/operation-result')).length;

  replies.result = result({ success: true });
  const seen = [
    await step?.readBack(NEVER, 'r1', TAKEN),
    await step?.readBack(NEVER, 'r1', TAKEN),
    await step?.readBack(NEVER, 'r1', TAKEN),
  ];

  expect(seen.map((each) => each?.kind)).toEqual(['pending', 'pending', 'pending']);
  expect(whileItRan).toBe(2);
  expect(urls.filter((url) => url.includes('/operation-result'))).toHaveLength(3);
});

test('the audit tells the true request, with its request id', async () => {
  const { request } = await stepOf(esim(OLD));

  expect(typeof request === 'string' ? request : request('r1')).toBe(
    `POST http://host/esims/assign-plan?requestId=r1\n{"entries":[{"eid":"${EID}","planUuid":"${NEW}"}]}`,
  );
});
