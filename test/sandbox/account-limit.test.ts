import { describe, expect, test } from 'vitest';

import { createAccountLimit } from '../../src/sandbox/simulator/account-limit.ts';
import { testSimulator } from './simulators.ts';

function limitAt(limit: { perSecond?: number; concurrency?: number; perMinute?: number }) {
  const clock = { ms: 1_000_000 };
  const account = createAccountLimit({ perSecond: null, concurrency: null, perMinute: null, ...limit }, () => clock.ms);
  /** A call that is over at once. */
  const call = () => {
    const exceeded = account.begin();
    if (exceeded === null) account.end();
    return exceeded;
  };
  return { account, clock, call };
}

describe('P5: the simulated limits', () => {
  test('at most n calls in any sliding second, not in any calendar second', () => {
    const { clock, call } = limitAt({ perSecond: 2 });

    clock.ms += 900;
    const first = [call(), call()];
    clock.ms += 200;
    const tooEarly = call();
    clock.ms += 800;
    const again = call();

    expect(first).toEqual([null, null]);
    expect(tooEarly).toEqual({ text: 'more than 2 calls in a second', waitMs: 800 });
    expect(again).toBeNull();
  });

  test('at most n calls at once; one that ended makes room', () => {
    const { account } = limitAt({ concurrency: 1 });

    const first = account.begin();
    const second = account.begin();
    account.end();

    expect([first, second?.text, account.begin()]).toEqual([null, 'more than 1 calls at once', null]);
  });

  test('a long history does not change what counts', () => {
    const { clock, call } = limitAt({ perMinute: 500 });
    let refused = 0;

    for (let n = 0; n < 50_000; n += 1) {
      clock.ms += 121;
      refused += call() === null ? 0 : 1;
    }

    expect(refused).toBe(0);
  });

  test('Jasper: the sixth call of a second is 429 with 40000029, and a violation', async () => {
    const { jasper, client } = await testSimulator();

    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await jasper('GET', '/devices/1')).status);
    const last = (await client.ledger({ service: 'jasper' })).at(-1);

    expect(statuses).toEqual([404, 404, 404, 404, 404, 429]);
    expect(last).toMatchObject({ status: 429, subject: '1' });
    expect((await client.summary()).violations).toEqual(['jasper: more than 5 calls in a second']);
  });

  test('Jasper: a second call at once is refused', async () => {
    const { jasper, client } = await testSimulator();
    await client.latency('jasper', 300);

    const answers = await Promise.all([jasper('GET', '/devices/1'), jasper('GET', '/devices/2')]);

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404, 429]));
    expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({ errorCode: '40000029' });
  });

  test('Rev.io: more than its calls a minute is 429 with the true time to wait', async () => {
    const { revio, client } = await testSimulator();
    await client.limits('revio', { perMinute: 2 });

    const answers = [await revio('GET', '/Customers/4711'), await revio('GET', '/Customers/4711'), await revio('GET', '/Customers/4711')];

    const wait = Number(answers[2]?.headers.get('Retry-After'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(60);
    expect(answers[2]?.body).toMatchObject({ message: `Rate limit is exceeded. Try again in ${wait} seconds.` });
  });
});
