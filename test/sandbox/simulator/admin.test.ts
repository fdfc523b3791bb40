import { beforeEach, describe, expect, test } from 'vitest';

import { pondFleet } from '../../../src/sandbox/sample-data.ts';
import { packagesOf, sim, startServices, type Services } from './services.ts';

const FIRST = sim(1);

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

const add = (iccid = FIRST) => services.pond('POST', `/sim/${iccid}/addPackage`, { body: { packageTypeId: 105 } });

describe('mode and pace', () => {
  test('the status tells the documented pace of every service', async () => {
    const status = await services.client.status();

    const center = { perSecond: 5, concurrency: 1, perMinute: null, latencyMs: 0 };
    expect(status).toMatchObject({
      pid: process.pid,
      calls: 0,
      violations: [],
      services: {
        pond: { perSecond: null, concurrency: null, perMinute: null, latencyMs: 0 },
        revio: { perSecond: null, concurrency: null, perMinute: 500, latencyMs: 0 },
        jasper: center,
        tmobilejasper: center,
        pod19: center,
        rogers: center,
      },
    });
  });

  test('P2: in read-only mode a write is refused, recorded as a violation, and without effect', async () => {
    const before = await services.client.state();
    await services.client.readOnly(true);

    const answers = [await add(), await services.pond('GET', `/sim/${FIRST}/status`)];

    expect(answers.map(({ status }) => status)).toEqual([500, 200]);
    expect(await services.client.state()).toEqual(before);
    expect(await services.client.ledger({})).toHaveLength(2);
    expect((await services.client.summary()).violations).toEqual([expect.stringContaining('in read-only mode')]);
  });

  test('latency holds answers up', async () => {
    await services.client.latency('pond', 120);
    const from = performance.now();

    await services.pond('GET', `/sim/${FIRST}/status`);

    expect(performance.now() - from).toBeGreaterThan(100);
  });

  test('a limit can be lifted and lowered', async () => {
    await services.client.limits('pond', { perSecond: 1 });
    const lowered = [(await add()).status, (await add()).status];

    await services.client.limits('pond', { perSecond: null });
    const lifted = [(await add()).status, (await add()).status];

    expect([lowered, lifted]).toEqual([
      [200, 429],
      [200, 200],
    ]);
  });
});

describe('the state', () => {
  test('goes out of one simulator and into another, whole', async () => {
    const other = await startServices();
    await add();
    await services.jasper('PUT', '/devices/1', { body: {} });
    await services.revio('POST', '/Services', { body: { customer_id: 4711, provider_id: 12, number: '1' } });
    const state = await services.client.state();

    await other.client.load(state);

    expect(await other.client.state()).toEqual(state);
  });

  test('that was taken before takes back what was done since', async () => {
    const before = await services.client.state();
    await add();

    await services.client.load(before);

    expect(await packagesOf(services.pond, FIRST)).toHaveLength(1);
  });

  test('of ten thousand devices is loaded beside the rest', async () => {
    const fleet = pondFleet(10_000).pond;

    await services.client.load({ pond: { ...fleet, packageTypes: [{ packageTypeId: 105, name: 'POND-5GB' }] } });

    expect((await add(fleet.sims.at(-1))).status).toBe(200);
    expect((await services.pond('GET', `/package/${fleet.packages[0]?.packageId ?? ''}/info`)).body).toMatchObject({ status: 'ACTIVE' });
  });

  test('that is none is refused, and the old one stays', async () => {
    const before = await services.client.state();

    await expect(services.client.load({ pond: { sims: 'all' } })).rejects.toThrow('refused POST state');
    await expect(services.client.load({ nobody: {} })).rejects.toThrow('refused POST state');

    expect(await services.client.state()).toEqual(before);
  });

  test('after a reset is that of the first day, with ledger, faults, mode and pace', async () => {
    const told = async () => {
      const status = { ...((await services.client.status()) as object), uptimeSeconds: 0 };
      return [await services.client.state(), await services.client.summary(), status];
    };
    const firstDay = await told();
    await add();
    await services.client.addFault({ service: 'pond', kind: '503' });
    await services.client.limits('pond', { perSecond: 1 });
    await services.client.latency('pond', 50);
    await services.client.readOnly(true);

    await services.client.reset();

    expect(await told()).toEqual(firstDay);
  });
});

test('stop asks the process to end', async () => {
  await services.client.stop();

  expect(services.stopAsked()).toBe(true);
});

test.each([
  ['GET', '/_sandbox/nonsense', undefined, 404],
  ['POST', '/_sandbox/latency', { service: 'Pond', ms: 1 }, 400],
  ['POST', '/_sandbox/limits', { service: 'pond', perSecond: 0 }, 400],
  ['POST', '/_sandbox/mode', '{', 400],
  ['GET', '/_sandbox/ledger?limit=0', undefined, 400],
  ['GET', '/elsewhere/x', undefined, 404],
])('%s %s is refused: %j → %i', async (method, path, body, expected) => {
  const { status } = await services.raw(method, path, body === undefined ? {} : { body });

  expect(status).toBe(expected);
});
