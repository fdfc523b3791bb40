import { describe, expect, test } from 'vitest';

import { pondFleet } from '../../src/sandbox/sample-data.ts';
import { sim, testSimulator } from './simulators.ts';

describe('ledger', () => {
  test('every call is in it, in order, and admin calls are not', async () => {
    const { pond, revio, client } = await testSimulator();

    await pond('POST', `/sim/${sim(1)}/addPackage`, { packageTypeId: 105 });
    await client.status();
    await revio('GET', '/Customers/9');
    await pond('GET', `/sim/${sim(2)}/status`);

    expect(await client.ledger({})).toMatchObject([
      { n: 1, service: 'pond', method: 'POST', subject: sim(1), body: { packageTypeId: 105 }, status: 200, effect: 'added package 105' },
      { n: 2, service: 'revio', subject: '9', status: 404 },
      { n: 3, service: 'pond', subject: sim(2), status: 200 },
    ]);
    expect((await client.summary()).calls).toBe(3);
  });

  test('it is narrowed by service, subject (20 digits find the 19) and number', async () => {
    const { pond, revio, client } = await testSimulator();
    for (const n of [1, 2, 1]) await pond('GET', `/sim/${sim(n)}/status`);
    await revio('GET', '/Customers/4711');

    const [bySubject, byService, lastOnly] = [
      await client.ledger({ subject: `${sim(1)}7` }),
      await client.ledger({ service: 'revio' }),
      await client.ledger({ limit: 1 }),
    ];

    expect(bySubject.map(({ n }) => n)).toEqual([1, 3]);
    expect(byService.map(({ n }) => n)).toEqual([4]);
    expect(lastOnly.map(({ n }) => n)).toEqual([4]);
  });

  test('effects are counted per subject', async () => {
    const { pond, client } = await testSimulator();

    for (const n of [1, 1, 2]) await pond('POST', `/sim/${sim(n)}/addPackage`, { packageTypeId: 105 });

    expect((await client.summary()).bySubject).toEqual({ [sim(1)]: { 'added package 105': 2 }, [sim(2)]: { 'added package 105': 1 } });
  });
});

describe('admin calls', () => {
  test('P2: in read-only mode a write is refused, recorded, and without effect', async () => {
    const { pond, client } = await testSimulator();
    const before = await client.state();
    await client.readOnly(true);

    const read = await pond('GET', `/sim/${sim(1)}/status`);
    const write = await pond('POST', `/sim/${sim(1)}/addPackage`, { packageTypeId: 105 });

    expect([read.status, write.status]).toEqual([200, 500]);
    expect(await client.state()).toEqual(before);
    expect((await client.summary()).violations).toHaveLength(1);
    expect(await client.ledger({})).toHaveLength(2);
  });

  test('reset is the first day: state, ledger, faults, mode and pace', async () => {
    const { pond, client } = await testSimulator();
    const firstDay = [await client.state(), await client.summary()];
    await pond('POST', `/sim/${sim(1)}/addPackage`, { packageTypeId: 105 });
    await client.addFault({ service: 'pond', kind: '500' });
    await client.readOnly(true);
    await client.latency('pond', 500);
    await client.limits('pond', { perSecond: 1 });

    await client.reset();

    expect([await client.state(), await client.summary()]).toEqual(firstDay);
    expect(await client.status()).toMatchObject({ faults: [], isReadOnly: false, services: { pond: { perSecond: null, latencyMs: 0 } } });
  });

  test('the state goes out and in again, whole', async () => {
    const [one, other] = [await testSimulator(), await testSimulator()];
    await one.pond('POST', `/sim/${sim(1)}/addPackage`, { packageTypeId: 105 });
    await one.jasper('PUT', '/devices/1', {});
    await one.revio('POST', '/Services', { customer_id: 4711, provider_id: 12, number: '1' });
    const state = await one.client.state();

    await other.client.load(state);

    expect(await other.client.state()).toEqual(state);
  });

  test('ten thousand devices are loaded beside the rest', async () => {
    const { pond, client } = await testSimulator();
    const fleet = pondFleet(10_000).pond;

    await client.load({ pond: { ...fleet, packageTypes: [{ packageTypeId: 105, name: 'POND-5GB' }] } });

    const answered = await pond('POST', `/sim/${fleet.sims.at(-1)}/addPackage`, { packageTypeId: 105 });
    expect(answered.status).toBe(200);
    expect((await pond('GET', `/package/${fleet.packages[0]?.packageId}/info`)).body).toMatchObject({ status: 'ACTIVE' });
  });

  test('state that is none is refused, and the old one stays', async () => {
    const { client } = await testSimulator();
    const before = await client.state();

    await expect(client.load({ pond: { sims: 'all' } })).rejects.toThrow(/refused POST state/);
    await expect(client.load({ nobody: {} })).rejects.toThrow(/refused POST state/);

    expect(await client.state()).toEqual(before);
  });

  test('names and numbers that cannot be are refused', async () => {
    const { client, host } = await testSimulator();

    await expect(client.latency('Pond', 1)).rejects.toThrow(/refused/);
    await expect(client.limits('pond', { perSecond: 0 })).rejects.toThrow(/refused/);
    expect((await fetch(`${host}/_sandbox/nothing`)).status).toBe(404);
    expect((await fetch(`${host}/elsewhere`)).status).toBe(404);
  });
});
