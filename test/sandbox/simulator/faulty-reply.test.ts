import { beforeEach, describe, expect, test, vi } from 'vitest';

import { packagesOf, sim, startServices, type Answer, type Services } from './services.ts';

const SIM = sim(1);

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

const add = (iccid = SIM, signal?: AbortSignal): Promise<Answer> =>
  services.pond('POST', `/sim/${iccid}/addPackage`, { body: { packageTypeId: 105 }, ...(signal === undefined ? {} : { signal }) });

const addFault = (fault: object) => services.client.addFault({ service: 'pond', ...fault });

/** What the carrier did, and what its ledger says of it. */
async function happened() {
  const { effects } = await services.client.summary();
  const entries = await services.client.ledger({ service: 'pond', subject: SIM });
  return {
    packages: (await packagesOf(services.pond, SIM)).length,
    effects,
    entries: entries.filter(({ method }) => method === 'POST').map(({ status, fault, effect }) => [status, fault, effect]),
  };
}

const EFFECT = 'added package 105';
const NOTHING = { packages: 1, effects: {} };
const DONE = { packages: 2, effects: { [EFFECT]: 1 } };

describe('a fault strikes one call, and the next is answered as ever', () => {
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
    await addFault({ kind });

    const answer = await add();
    const then = await happened();
    const next = await add();

    expect(answer).toMatchObject({ status, body: { status, message: expect.any(String) } });
    expect(then).toEqual({ ...NOTHING, entries: [[status, kind, undefined]] });
    expect(next.status).toBe(200);
  });

  test.each<[string, number | string, number | null, string | undefined]>([
    ['500-after', 500, 500, EFFECT],
    ['malformed', 200, 200, EFFECT],
    ['malformed-before', 200, 200, undefined],
    ['slow-body', 200, 200, EFFECT],
    ['truncated', 'terminated', 200, EFFECT],
    ['reset-before', 'fetch failed', null, undefined],
    ['reset-after', 'fetch failed', null, EFFECT],
  ])('%s ends in %s (ledger: %s), and what was done is: %s', async (kind, end, status, effect) => {
    await addFault({ kind });

    const ended = await add().then(
      ({ status }) => status,
      (error: Error) => error.message,
    );
    const then = await happened();
    const next = await add();

    expect(ended).toBe(end);
    expect(then).toEqual({ ...(effect === undefined ? NOTHING : DONE), entries: [[status, kind, effect]] });
    expect(next.status).toBe(200);
  });
});

describe('a fault that keeps the caller waiting', () => {
  /** Calls, and gives up when the carrier has had the call for a while; answers what came of it. */
  async function givenUp(fault: string): Promise<unknown> {
    const caller = new AbortController();
    const answered = add(SIM, caller.signal).catch((error: unknown) => error);
    await vi.waitFor(async () => {
      const entries = await services.client.ledger({ service: 'pond' });
      if (!entries.some((entry) => entry.fault === fault)) throw new Error('not there yet');
    });
    // An answer would have overtaken this one: the others are not held up.
    await services.pond('GET', `/sim/${sim(2)}/status`);
    caller.abort();
    return answered;
  }

  test.each([
    ['timeout-before', NOTHING, undefined],
    ['timeout-after', DONE, EFFECT],
  ])('%s never answers; done: %j', async (kind, done, effect) => {
    await addFault({ kind });

    const ended = await givenUp(kind);

    expect(ended).toMatchObject({ name: 'AbortError' });
    expect(await happened()).toEqual({ ...done, entries: [[null, kind, effect]] });
  });

  test('late-effect never answers, and is done later, once', async () => {
    await addFault({ kind: 'late-effect', seconds: 0.3 });

    const ended = await givenUp('late-effect');
    const before = await happened();
    await vi.waitFor(async () => expect((await services.client.summary()).effects).toEqual(DONE.effects), 3000);

    expect(ended).toMatchObject({ name: 'AbortError' });
    expect(before).toMatchObject(NOTHING);
    expect(await happened()).toEqual({
      ...DONE,
      entries: [
        [null, 'late-effect', undefined],
        [null, 'late-effect happened', EFFECT],
      ],
    });
  });

  test('a late effect that is still to come is forgotten by a reset', async () => {
    await addFault({ kind: 'late-effect', seconds: 0.3 });
    await givenUp('late-effect');
    await services.client.reset();
    // When this one has come, the one before would have.
    await addFault({ kind: 'late-effect', seconds: 0.3 });
    const caller = new AbortController();
    const late = add(sim(3), caller.signal).catch((error: unknown) => error);

    await vi.waitFor(async () => expect((await services.client.summary()).bySubject[sim(3)]).toBeDefined(), 3000);

    caller.abort();
    await late;
    expect((await services.client.summary()).effects).toEqual({ [EFFECT]: 1 });
  });

  test('slow-body answers in pieces, whole in the end', async () => {
    await addFault({ kind: 'slow-body' });
    const from = performance.now();

    const { status, body } = await add();

    expect([status, body]).toEqual([200, expect.objectContaining({ packageTypeId: 105 })]);
    expect(performance.now() - from).toBeGreaterThan(300);
  });
});

describe('what a fault answers', () => {
  test('429 asks to wait whole seconds, 429-no-retry-after does not', async () => {
    await addFault({ kind: '429', seconds: 2.5 });
    await addFault({ kind: '429-no-retry-after' });

    const answers = [await add(), await add()];

    expect(answers.map(({ headers }) => headers.get('Retry-After'))).toEqual(['3', null]);
  });

  test('429 of Rev.io tells the wait in words, without the header too', async () => {
    await addFault({ service: 'revio', kind: '429', seconds: 26 });
    await addFault({ service: 'revio', kind: '429-no-retry-after', seconds: 7 });

    const answers = [await services.revio('GET', '/Customers/4711'), await services.revio('GET', '/Customers/4711')];

    expect(answers.map(({ headers, body }) => [headers.get('Retry-After'), body])).toEqual([
      ['26', { statusCode: 429, message: 'Rate limit is exceeded. Try again in 26 seconds.' }],
      [null, { statusCode: 429, message: 'Rate limit is exceeded. Try again in 7 seconds.' }],
    ]);
  });

  test('errors are worded as the service words them', async () => {
    for (const service of ['pond', 'jasper', 'revio']) await addFault({ service, kind: '401' });

    const answers = [await add(), await services.jasper('GET', '/devices/1'), await services.revio('GET', '/Customers/4711')];

    expect(answers.map(({ body }) => body)).toMatchObject([{ status: 401, code: 0 }, { errorCode: '10000001' }, { ok: false }]);
  });

  test('malformed is no JSON, where the answer has no body too', async () => {
    const [only] = await packagesOf(services.pond, SIM);
    await addFault({ kind: 'malformed', times: 2 });

    const answers = [
      await add(),
      await services.pond('POST', `/package/${only?.packageId ?? ''}/status`, { body: { packageStatus: 'TERMINATED' } }),
    ];

    expect(answers.map(({ status, text }) => [status, text])).toEqual([
      [200, '<html>not JSON</html>'],
      [200, '<html>not JSON</html>'],
    ]);
  });
});
