import { beforeEach, describe, expect, test } from 'vitest';

import { sim, startServices, type Services } from './services.ts';

const SIM = sim(1);

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

const add = (iccid: string) => services.pond('POST', `/sim/${iccid}/addPackage`, { body: { packageTypeId: 105 } });

const addFault = (fault: object) => services.client.addFault({ service: 'pond', ...fault });

describe('when a fault strikes', () => {
  const statuses = async (calls: number): Promise<readonly number[]> => {
    const seen: number[] = [];
    for (let n = 0; n < calls; n += 1) seen.push((await services.pond('GET', `/sim/${SIM}/status`)).status);
    return seen;
  };

  test('once, without a word on it', async () => {
    await addFault({ kind: '503' });

    expect(await statuses(3)).toEqual([503, 200, 200]);
    expect(await services.client.faults()).toEqual([]);
  });

  test('so many times, every n-th call', async () => {
    await addFault({ kind: '503', times: 2, every: 2 });

    expect(await statuses(6)).toEqual([200, 503, 200, 503, 200, 200]);
    expect(await services.client.faults()).toEqual([]);
  });

  test.each([
    ['method', { method: 'POST' }],
    ['path', { path: '/addPackage' }],
    ['subject', { subject: sim(2) }],
  ])('only the calls whose %s it names', async (_name, match) => {
    await addFault({ kind: '503', match });

    expect(await statuses(2)).toEqual([200, 200]);
    expect(await services.client.faults()).toHaveLength(1);
  });

  test('only the calls that match in everything it names; the others are not counted', async () => {
    await addFault({ kind: '503', match: { method: 'POST', path: 'addPackage', subject: SIM }, every: 2 });

    const others = [...(await statuses(1)), (await add(sim(2))).status];
    const matching = [(await add(SIM)).status, (await add(SIM)).status];

    expect([others, matching]).toEqual([
      [200, 200],
      [200, 503],
    ]);
  });

  test('only the service that it names', async () => {
    await addFault({ service: 'revio', kind: '503' });

    expect(await statuses(1)).toEqual([200]);
  });

  test('not any more when they are cleared', async () => {
    await addFault({ kind: '503', times: 5 });

    await services.client.clearFaults();

    expect(await statuses(1)).toEqual([200]);
  });

  test.each([
    ['a kind that there is none', { kind: '418' }],
    ['a service that there is none', { service: 'Pond', kind: '503' }],
    ['no times at all', { kind: '503', times: 0 }],
    ['a word that it does not know', { kind: '503', matches: {} }],
  ])('%s is refused, so that none waits in vain', async (_name, fault) => {
    // A mistake of who typed it, told on one line.
    await expect(addFault(fault)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/^The sandbox refused POST faults: .+$/),
    });
    expect(await services.client.faults()).toEqual([]);
  });
});
