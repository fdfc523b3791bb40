import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { packagesOf, POND_SIM, startServices, type Answer, type Services } from './calls.ts';

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

afterEach(async () => {
  await services.stop();
});

const add = (signal?: AbortSignal): Promise<Answer> =>
  services.pond('POST', `/sim/${POND_SIM}/addPackage`, { body: { packageTypeId: 105 }, ...(signal === undefined ? {} : { signal }) });

/** What the carrier did, and what its ledger says of it. */
async function happened() {
  const { effects } = await services.client.summary();
  const entries = await services.client.ledger({ service: 'pond', subject: POND_SIM });
  return {
    packages: (await packagesOf(services.pond, POND_SIM)).length,
    effects,
    entries: entries.filter(({ method }) => method === 'POST').map(({ status, fault, effect }) => [status, fault, effect]),
  };
}

const NOTHING = { packages: 1, effects: {} };
const DONE = { packages: 2, effects: { 'added package 105': 1 } };

describe('a fault that answers', () => {
  test.each([
    ['429', 429],
    ['429-no-retry-after', 429],
    ['400', 400],
    ['401', 401],
    ['403', 403],
    ['404', 404],
    ['500', 500],
    ['503', 503],
  ])('%s answers %i, and nothing was done', async (kind, status) => {
    await services.client.addFault({ service: 'pond', kind });

    const answer = await add();

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status, message: expect.any(String) });
    expect(await happened()).toEqual({ ...NOTHING, entries: [[status, kind, undefined]] });
  });

  test('500-after answers 500, and it was done', async () => {
    await services.client.addFault({ service: 'pond', kind: '500-after' });

    const answer = await add();

    expect(answer.status).toBe(500);
    expect(await happened()).toEqual({ ...DONE, entries: [[500, '500-after', 'added package 105']] });
  });

  test('429 asks to wait, 429-no-retry-after does not', async () => {
    await services.client.addFault({ service: 'pond', kind: '429', seconds: 2.5 });
    await services.client.addFault({ service: 'pond', kind: '429-no-retry-after' });

    const [first, second] = [await add(), await add()];

    expect([first.headers.get('Retry-After'), second.headers.get('Retry-After')]).toEqual(['3', null]);
  });
});

describe('a fault that cuts the connection', () => {
  test('reset-before gives no answer, and nothing was done', async () => {
    await services.client.addFault({ service: 'pond', kind: 'reset-before' });

    await expect(add()).rejects.toThrow('fetch failed');

    expect(await happened()).toEqual({ ...NOTHING, entries: [[null, 'reset-before', undefined]] });
  });

  test('reset-after gives no answer, and it was done', async () => {
    await services.client.addFault({ service: 'pond', kind: 'reset-after' });

    await expect(add()).rejects.toThrow('fetch failed');

    expect(await happened()).toEqual({ ...DONE, entries: [[null, 'reset-after', 'added package 105']] });
  });

  test('truncated begins an answer and does not end it, and it was done', async () => {
    await services.client.addFault({ service: 'pond', kind: 'truncated' });

    await expect(add()).rejects.toThrow('terminated');

    expect(await happened()).toMatchObject(DONE);
  });
});

describe('a fault that keeps the caller waiting', () => {
  /** Calls, and gives up as soon as the carrier has the call. */
  async function givenUp(fault: string): Promise<unknown> {
    const caller = new AbortController();
    const answered = add(caller.signal).catch((error: unknown) => error);
    await vi.waitFor(async () => {
      const entries = await services.client.ledger({ service: 'pond' });
      if (!entries.some((entry) => entry.fault === fault)) throw new Error('not there yet');
    });
    caller.abort();
    return answered;
  }

  test('timeout-before never answers, and nothing was done', async () => {
    await services.client.addFault({ service: 'pond', kind: 'timeout-before' });

    const ended = await givenUp('timeout-before');

    expect(ended).toMatchObject({ name: 'AbortError' });
    expect(await happened()).toMatchObject(NOTHING);
  });

  test('timeout-after never answers, and it was done', async () => {
    await services.client.addFault({ service: 'pond', kind: 'timeout-after' });

    const ended = await givenUp('timeout-after');

    expect(ended).toMatchObject({ name: 'AbortError' });
    expect(await happened()).toMatchObject(DONE);
  });

  test('late-effect never answers, and is done later', async () => {
    await services.client.addFault({ service: 'pond', kind: 'late-effect', seconds: 0.3 });

    const ended = await givenUp('late-effect');
    const before = await happened();
    await vi.waitFor(async () => expect((await services.client.summary()).effects).toEqual(DONE.effects), 3000);

    expect(ended).toMatchObject({ name: 'AbortError' });
    expect(before).toMatchObject(NOTHING);
    expect(await happened()).toEqual({
      ...DONE,
      entries: [
        [null, 'late-effect', undefined],
        [null, 'late-effect happened', 'added package 105'],
      ],
    });
  });

  test('slow-body answers in pieces, whole in the end, and it was done', async () => {
    await services.client.addFault({ service: 'pond', kind: 'slow-body' });
    const from = performance.now();

    const { status, body } = await add();

    expect([status, body]).toEqual([200, expect.objectContaining({ packageTypeId: 105 })]);
    expect(performance.now() - from).toBeGreaterThan(300);
    expect(await happened()).toMatchObject(DONE);
  });
});

test('malformed answers with what is no JSON, and it was done', async () => {
  await services.client.addFault({ service: 'pond', kind: 'malformed' });

  const { status, text } = await add();

  expect([status, text]).toEqual([200, '<html>not JSON</html>']);
  expect(await happened()).toMatchObject(DONE);
});

test('malformed-before answers the same, and nothing was done', async () => {
  await services.client.addFault({ service: 'pond', kind: 'malformed-before' });

  const { status, text } = await add();

  expect([status, text]).toEqual([200, '<html>not JSON</html>']);
  expect(await happened()).toMatchObject(NOTHING);
});

test('malformed strikes an answer without a body too', async () => {
  const [only] = await packagesOf(services.pond, POND_SIM);
  await services.client.addFault({ service: 'pond', kind: 'malformed', match: { path: '/status' } });

  const { text } = await services.pond('POST', `/package/${only?.packageId ?? ''}/status`, { body: { packageStatus: 'TERMINATED' } });

  expect(text).toBe('<html>not JSON</html>');
});

describe('when a fault strikes', () => {
  const statuses = async (calls: number): Promise<readonly number[]> => {
    const seen: number[] = [];
    for (let n = 0; n < calls; n += 1) seen.push((await services.pond('GET', `/sim/${POND_SIM}/status`)).status);
    return seen;
  };

  test('once, without a word on it', async () => {
    await services.client.addFault({ service: 'pond', kind: '503' });

    expect(await statuses(3)).toEqual([503, 200, 200]);
    expect(await services.client.faults()).toEqual([]);
  });

  test('so many times, every n-th call', async () => {
    await services.client.addFault({ service: 'pond', kind: '503', times: 2, every: 2 });

    expect(await statuses(6)).toEqual([200, 503, 200, 503, 200, 200]);
  });

  test.each([
    ['method', { method: 'POST' }],
    ['path', { path: '/addPackage' }],
    ['subject', { subject: '8988303000000000002' }],
  ])('only the calls whose %s it names', async (_name, match) => {
    await services.client.addFault({ service: 'pond', kind: '503', match });

    expect(await statuses(2)).toEqual([200, 200]);
    expect(await services.client.faults()).toHaveLength(1);
  });

  test('only the service that it names', async () => {
    await services.client.addFault({ service: 'revio', kind: '503' });

    expect(await statuses(1)).toEqual([200]);
  });

  test('not any more when they are cleared', async () => {
    await services.client.addFault({ service: 'pond', kind: '503', times: 5 });

    await services.client.clearFaults();

    expect(await statuses(1)).toEqual([200]);
  });

  test.each([
    ['a kind that there is none', { service: 'pond', kind: 'flood' }],
    ['a service that there is none', { service: 'ponds', kind: '503' }],
    ['no times at all', { service: 'pond', kind: '503', times: 0 }],
    ['a word that it does not know', { service: 'pond', kind: '503', time: 2 }],
  ])('%s is refused', async (_name, fault) => {
    await expect(services.client.addFault(fault)).rejects.toThrow('The sandbox refused POST faults');
  });
});
