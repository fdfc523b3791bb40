import { describe, expect, test, vi } from 'vitest';

import { sim, testSimulator, type Answered } from './simulators.ts';

const ADD = ['POST', `/sim/${sim(1)}/addPackage`, { packageTypeId: 105 }] as const;

/** The answer, or that there was none. */
async function outcomeOf(call: Promise<Answered>): Promise<number | 'no answer'> {
  return call.then(
    ({ status }) => status,
    () => 'no answer',
  );
}

describe('faults', () => {
  test.each([
    ['429', 429, 0],
    ['429-no-retry-after', 429, 0],
    ['400', 400, 0],
    ['401', 401, 0],
    ['403', 403, 0],
    ['404', 404, 0],
    ['500', 500, 0],
    ['500-after', 500, 1],
    ['503', 503, 0],
    ['reset-before', 'no answer', 0],
    ['reset-after', 'no answer', 1],
    ['malformed', 200, 1],
    ['truncated', 'no answer', 1],
    ['slow-body', 200, 1],
  ])('%s answers %s, and the effect happens %i times; the next call is answered as ever', async (kind, status, effects) => {
    const { pond, client } = await testSimulator();
    await client.addFault({ service: 'pond', kind });

    const struck = await outcomeOf(pond(...ADD));
    const effectsThen = (await client.summary()).effects['added package 105'] ?? 0;
    const next = await pond(...ADD);

    expect([struck, effectsThen, next.status]).toEqual([status, effects, 200]);
    expect((await client.ledger({}))[0]).toMatchObject({ fault: kind, subject: sim(1), body: { packageTypeId: 105 } });
  });

  test.each([
    ['timeout-before', 0],
    ['timeout-after', 1],
  ])('%s never answers, and the effect happens %i times', async (kind, effects) => {
    const { host, pond, client } = await testSimulator();
    await client.addFault({ service: 'pond', kind });
    const ended = vi.fn<() => void>();

    const call = outcomeOf(pond(...ADD)).finally(ended);
    await vi.waitFor(async () => expect((await client.summary()).calls).toBe(1));

    expect(ended).not.toHaveBeenCalled();
    expect((await client.summary()).effects['added package 105'] ?? 0).toBe(effects);
    expect((await client.ledger({}))[0]).toMatchObject({ status: null });
    // The server is not held up by it.
    expect((await fetch(`${host}/_sandbox/status`)).status).toBe(200);
    expect(await call).toBe('no answer');
  });

  test('a late effect comes after the asked seconds, once, and not after a reset', async () => {
    const { pond, client } = await testSimulator();
    await client.addFault({ service: 'pond', kind: 'late-effect', seconds: 0.2 });
    const call = outcomeOf(pond(...ADD));
    await vi.waitFor(async () => expect((await client.summary()).calls).toBe(1));
    const before = (await client.summary()).effects;

    await vi.waitFor(async () => expect((await client.summary()).effects).toEqual({ 'added package 105': 1 }), { timeout: 3000 });

    expect(before).toEqual({});
    expect(await call).toBe('no answer');
  });

  test('a late effect that is still to come is forgotten by a reset', async () => {
    const { pond, client } = await testSimulator();
    await client.addFault({ service: 'pond', kind: 'late-effect', seconds: 0.1 });
    await client.addFault({ service: 'pond', kind: 'late-effect', seconds: 0.3 });
    void outcomeOf(pond(...ADD));
    void outcomeOf(pond('POST', `/sim/${sim(2)}/addPackage`, { packageTypeId: 105 }));
    await vi.waitFor(async () => expect((await client.summary()).calls).toBe(2));
    await client.reset();
    // One more with a longer wait: when it has come, the two before would have.
    await client.addFault({ service: 'pond', kind: 'late-effect', seconds: 0.5 });
    void outcomeOf(pond('POST', `/sim/${sim(3)}/addPackage`, { packageTypeId: 105 }));

    await vi.waitFor(async () => expect((await client.summary()).bySubject[sim(3)]).toBeDefined(), { timeout: 3000 });

    expect((await client.summary()).effects).toEqual({ 'added package 105': 1 });
  });

  test('a fault strikes only what it matches, every n-th time, as often as asked', async () => {
    const { pond, client } = await testSimulator();
    await client.addFault({
      service: 'pond',
      kind: '503',
      match: { method: 'POST', path: 'addPackage', subject: sim(1) },
      every: 2,
      times: 2,
    });

    const others = [await pond('GET', `/sim/${sim(1)}/status`), await pond('POST', `/sim/${sim(2)}/addPackage`, { packageTypeId: 105 })];
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await pond(...ADD)).status);

    expect(others.map(({ status }) => status)).toEqual([200, 200]);
    expect(statuses).toEqual([200, 503, 200, 503, 200, 200]);
    expect(await client.faults()).toEqual([]);
  });

  test('errors are worded as the service words them', async () => {
    const { pond, jasper, revio, client } = await testSimulator();
    for (const service of ['pond', 'jasper', 'revio']) await client.addFault({ service, kind: '401' });

    const answers = [await pond(...ADD), await jasper('GET', '/devices/1'), await revio('GET', '/Customers/4711')];

    expect(answers.map(({ body }) => body)).toMatchObject([{ status: 401, code: 0 }, { errorCode: '10000001' }, { ok: false }]);
  });

  test('429 tells how long to wait, in the header and, at Rev.io, in words', async () => {
    const { revio, client } = await testSimulator();
    await client.addFault({ service: 'revio', kind: '429', seconds: 26 });
    await client.addFault({ service: 'revio', kind: '429-no-retry-after', seconds: 7 });

    const [told, silent] = [await revio('GET', '/Customers/4711'), await revio('GET', '/Customers/4711')];

    expect(told.headers.get('Retry-After')).toBe('26');
    expect(told.body).toEqual({ statusCode: 429, message: 'Rate limit is exceeded. Try again in 26 seconds.' });
    expect(silent.headers.get('Retry-After')).toBeNull();
    expect(silent.body).toMatchObject({ message: 'Rate limit is exceeded. Try again in 7 seconds.' });
  });

  test('malformed strikes where the answer has no body, too', async () => {
    const { pond, client } = await testSimulator();
    const { packageId } = (await pond(...ADD)).body as { packageId: string };
    await client.addFault({ service: 'pond', kind: 'malformed', match: { path: '/status' } });

    const answered = await pond('POST', `/package/${packageId}/status`, { packageStatus: 'ACTIVE' });

    expect(answered).toMatchObject({ status: 200, body: '<html>not JSON</html>' });
  });

  test.each([
    ['an unknown service', { service: 'Pond', kind: '500' }],
    ['an unknown kind', { service: 'pond', kind: '418' }],
    ['an unknown member', { service: 'pond', kind: '500', matches: {} }],
  ])('%s is refused, so that no fault waits in vain', async (_name, fault) => {
    const { client } = await testSimulator();

    await expect(client.addFault(fault)).rejects.toThrow(/refused POST faults/);
    expect(await client.faults()).toEqual([]);
  });

  test('faults are switched off by clear', async () => {
    const { pond, client } = await testSimulator();
    await client.addFault({ service: 'pond', kind: '500', times: 100 });

    await client.clearFaults();

    expect((await pond(...ADD)).status).toBe(200);
  });
});
