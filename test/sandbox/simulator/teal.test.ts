import { request } from 'node:http';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { startServices, type Answer, type Services } from './services.ts';

const eid = (n: number): string => `89049032${String(n).padStart(24, '0')}`;
const plan = (n: number): string => `7ea1${String(n).padStart(28, '0')}`;
const RESTRICTED = eid(39);
const FAILING = eid(40);

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

const assign = (requestId: string, ...entries: readonly { readonly eid: string; readonly planUuid: string }[]): Promise<Answer> =>
  services.teal('POST', `/esims/assign-plan?requestId=${requestId}`, { body: { entries } });
const info = async (of: string): Promise<unknown> => {
  const { body } = await services.teal('GET', `/esims/info?eid=${of}&limit=1&requestId=f0`);
  // The simulator's own answer.
  return (body as { readonly entries?: readonly unknown[] }).entries?.[0];
};
/** How long calls are queued, and how long plan changes take. */
const pace = async (queueMs: number, changeMs: number): Promise<void> => {
  const { teal } = await services.client.state();
  await services.client.load({ teal: { ...(teal as object), queueMs, changeMs } });
};
const HOUR_MS = 3_600_000;
const codeOf = ({ status, body }: Answer) => [status, (body as { readonly errorCode?: string }).errorCode];

/** The result of a queued call, when it is there. */
async function resultOf(requestId: string): Promise<unknown> {
  await vi.waitFor(async () => expect(await rawStatus(requestId)).not.toBe(102), { timeout: 5000, interval: 20 });
  return (await services.teal('GET', `/operation-result?requestId=${requestId}`)).body;
}

/** What is answered first, interim or not: an ordinary client would go on waiting. */
function rawStatus(requestId: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${services.url}/teal/api/v1/operation-result?requestId=${requestId}`, {
      headers: { ApiKey: 'sandbox-teal-key', ApiSecret: 'sandbox-teal-secret' },
    });
    const end = (status: number | undefined): void => {
      resolve(status);
      asked.destroy();
    };
    asked.once('information', ({ statusCode }) => end(statusCode));
    asked.once('response', ({ statusCode }) => end(statusCode));
    asked.once('error', reject).end();
  });
}

test.each([{ ApiKey: 'wrong' }, { ApiSecret: 'wrong' }])('%o is UNAUTHORIZED', async (headers) => {
  expect(codeOf(await services.teal('GET', `/esims/info?eid=${eid(1)}&requestId=a`, { headers }))).toEqual([401, 'UNAUTHORIZED']);
});

describe('a plan change', () => {
  test('is queued, its result is there, and it is in progress', async () => {
    await pace(1000, HOUR_MS);

    const queued = await assign('a1', { eid: eid(1), planUuid: plan(3) });
    const early = await rawStatus('a1');
    const result = await resultOf('a1');
    const between = await info(eid(1));

    expect([queued.status, queued.body]).toMatchObject([200, { success: true }]);
    expect(early).toBe(102);
    expect(result).toMatchObject({ success: true, entries: [{ eid: eid(1), success: true }] });
    expect(between).toMatchObject({ planUuid: plan(1), planChangeStatus: 'IN_PROGRESS' });
  });

  test('is made in the end', async () => {
    await assign('a1', { eid: eid(1), planUuid: plan(3) });

    await vi.waitFor(async () => expect(await info(eid(1))).toMatchObject({ planUuid: plan(3), planChangeStatus: 'SUCCESS' }), 5000);
  });

  test('of several is told of each, and the ledger has it for each', async () => {
    await assign('a1', { eid: eid(1), planUuid: plan(3) }, { eid: eid(99), planUuid: plan(3) }, { eid: RESTRICTED, planUuid: plan(3) });

    expect(await resultOf('a1')).toMatchObject({
      entries: [
        { eid: eid(1), success: true },
        { eid: eid(99), success: false, errorMessage: expect.stringContaining('ESIM_NOT_FOUND') },
        { eid: RESTRICTED, success: false, errorMessage: expect.stringContaining('FLOW_RESTRICTED_ERROR') },
      ],
    });
    expect((await services.client.summary()).bySubject).toMatchObject({
      [eid(1)]: { 'plan change queued': 1 },
      [RESTRICTED]: { 'plan change queued': 1 },
    });
    expect(await services.client.ledger({ subject: RESTRICTED })).not.toEqual([]);
  });

  test('may fail after it was accepted', async () => {
    await assign('a1', { eid: FAILING, planUuid: plan(3) });

    expect(await resultOf('a1')).toMatchObject({ entries: [{ success: true }] });
    await vi.waitFor(async () => expect(await info(FAILING)).toMatchObject({ planUuid: plan(1), planChangeStatus: 'FAILURE' }), 5000);
  });

  test('is refused while another one is in progress', async () => {
    await pace(100, HOUR_MS);

    await assign('a1', { eid: eid(1), planUuid: plan(2) });
    await assign('a2', { eid: eid(1), planUuid: plan(3) });

    expect(await resultOf('a2')).toMatchObject({ entries: [{ success: false, errorMessage: expect.stringContaining('in progress') }] });
  });

  test('to a plan that there is none is refused', async () => {
    await assign('a1', { eid: eid(1), planUuid: plan(77) });

    expect(await resultOf('a1')).toMatchObject({
      entries: [{ success: false, errorMessage: expect.stringContaining('VALIDATION_ERROR') }],
    });
  });

  test.each([
    ['no entries', 'a1', { entries: [] }],
    ['no plan', 'a1', { entries: [{ eid: eid(1) }] }],
    ['an unknown member', 'a1', { entries: [{ eid: eid(1), planUuid: plan(2), when: 'now' }] }],
    ['no JSON', 'a1', '{'],
    ['no request id', '', { entries: [{ eid: eid(1), planUuid: plan(2) }] }],
    ['a plan whose UUID has dashes', 'a1', { entries: [{ eid: eid(1), planUuid: plan(2).replace(/^(.{8})/, '$1-') }] }],
    ['a plan whose UUID has 31 digits', 'a1', { entries: [{ eid: eid(1), planUuid: plan(2).slice(1) }] }],
    [
      'an eSIM twice',
      'a1',
      {
        entries: [
          { eid: eid(1), planUuid: plan(2) },
          { eid: eid(1), planUuid: plan(3) },
        ],
      },
    ],
    ['a request id that is no hexadecimal number', 'request-1', { entries: [{ eid: eid(1), planUuid: plan(2) }] }],
    ['a request id of 33 characters', 'a'.repeat(33), { entries: [{ eid: eid(1), planUuid: plan(2) }] }],
  ])('with %s is VALIDATION_ERROR and has no effect', async (_what, requestId, body) => {
    const answer = await services.teal('POST', `/esims/assign-plan?requestId=${requestId}`, { body });

    expect(codeOf(answer)).toEqual([400, 'VALIDATION_ERROR']);
    expect((await services.client.summary()).effects).toEqual({});
  });

  test('by a request id that was used before is refused', async () => {
    await assign('a1', { eid: eid(1), planUuid: plan(2) });

    expect(codeOf(await assign('a1', { eid: eid(2), planUuid: plan(2) }))).toEqual([400, 'VALIDATION_ERROR']);
    expect((await services.client.summary()).effects).toEqual({ 'plan change queued': 1 });
  });
});

test.each(['/esims/info?eID=1&requestId=a', '/esims?pageSize=2&requestId=a', '/operation-result?requestId=a&request=b'])(
  '%s has a parameter that there is none',
  async (path) => {
    expect(codeOf(await services.teal('GET', path))).toEqual([400, 'VALIDATION_ERROR']);
  },
);

test('a request id that never came is 404', async () => {
  expect((await services.teal('GET', '/operation-result?requestId=b0d1')).status).toBe(404);
});

test('what is queued outlives a restart: it is part of the state', async () => {
  await assign('a1', { eid: eid(1), planUuid: plan(3) });
  const saved = await services.client.state();
  await services.client.reset();

  await services.client.load(saved);

  expect(await resultOf('a1')).toMatchObject({ entries: [{ eid: eid(1), success: true }] });
});

test('the lists have pages', async () => {
  const esims = await services.teal('GET', '/esims?limit=2&offset=1&requestId=a');
  const plans = await services.teal('GET', '/plans?requestId=a');

  expect(esims.body).toMatchObject({ entries: [{ eid: eid(2), planUuid: plan(1) }, { eid: eid(3) }] });
  expect(plans.body).toMatchObject({ entries: expect.arrayContaining([{ uuid: plan(1), name: 'TEAL-100MB' }]) });
  expect(codeOf(await services.teal('GET', '/esims?limit=101&requestId=a'))).toEqual([400, 'VALIDATION_ERROR']);
});

test('more calls in a minute than are allowed are 429 and a violation', async () => {
  await services.client.limits('teal', { perMinute: 2 });

  const answers = [await info(eid(1)), await info(eid(1)), await info(eid(1))];

  expect(answers.map((each) => each !== undefined)).toEqual([true, true, false]);
  expect((await services.client.summary()).violations).toEqual(['teal: more than 2 calls in a minute']);
});
