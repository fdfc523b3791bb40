import { afterEach, beforeEach, expect, test } from 'vitest';

import { packagesOf, POND_SIM, startServices, type Services } from './calls.ts';

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

afterEach(async () => {
  await services.stop();
});

const add = (iccid = POND_SIM) => services.pond('POST', `/sim/${iccid}/addPackage`, { body: { packageTypeId: 105 } });

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

test('the ledger tells what happened to whom, in order, and leaves its own calls out', async () => {
  await add();
  await add('8988303000000000002');
  await services.pond('GET', `/sim/${POND_SIM}/status`);

  const entries = await services.client.ledger({ subject: POND_SIM });

  expect(entries).toMatchObject([
    { n: 1, method: 'POST', subject: POND_SIM, status: 200, effect: 'added package 105', body: { packageTypeId: 105 } },
    { n: 3, method: 'GET', subject: POND_SIM, status: 200 },
  ]);
});

test('the ledger finds a SIM by its 20 digits too', async () => {
  await add();

  expect(await services.client.ledger({ subject: `${POND_SIM}5` })).toHaveLength(1);
});

test('the ledger answers the last so many', async () => {
  for (let n = 0; n < 4; n += 1) await add();

  expect((await services.client.ledger({ limit: 2 })).map(({ n }) => n)).toEqual([3, 4]);
});

test('effects are counted per subject', async () => {
  await add();
  await add();
  await add('8988303000000000002');

  const { effects, bySubject } = await services.client.summary();

  expect(effects).toEqual({ 'added package 105': 3 });
  expect(bySubject).toEqual({ [POND_SIM]: { 'added package 105': 2 }, '8988303000000000002': { 'added package 105': 1 } });
});

test('read-only refuses whatever is no read, and counts it as a violation', async () => {
  await services.client.readOnly(true);

  const [write, read] = [await add(), await services.pond('GET', `/sim/${POND_SIM}/status`)];

  expect([write.status, read.status]).toEqual([500, 200]);
  expect((await services.client.summary()).violations).toEqual([expect.stringContaining('in read-only mode')]);
  expect(await packagesOf(services.pond, POND_SIM)).toHaveLength(1);
});

test('latency holds answers up', async () => {
  await services.client.latency('pond', 120);
  const from = performance.now();

  await services.pond('GET', `/sim/${POND_SIM}/status`);

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

test('a state that was taken can be loaded again', async () => {
  const before = await services.client.state();
  await add();

  await services.client.load(before);

  expect(await packagesOf(services.pond, POND_SIM)).toHaveLength(1);
});

test('reset is the first day again', async () => {
  const first = await services.client.state();
  await add();
  await services.client.addFault({ service: 'pond', kind: '503' });
  await services.client.limits('pond', { perSecond: 1 });
  await services.client.latency('pond', 50);
  await services.client.readOnly(true);

  await services.client.reset();

  expect(await services.client.state()).toEqual(first);
  expect(await services.client.status()).toMatchObject({
    calls: 0,
    violations: [],
    effects: {},
    faults: [],
    isReadOnly: false,
    services: { pond: { perSecond: null, latencyMs: 0 } },
  });
});

test('stop asks the process to end', async () => {
  await services.client.stop();

  expect(services.stopAsked()).toBe(true);
});

test.each([
  ['GET', '/_sandbox/nonsense', undefined, 404],
  ['POST', '/_sandbox/latency', { service: 'ponds', ms: 1 }, 400],
  ['POST', '/_sandbox/limits', { service: 'pond', perSecond: 0 }, 400],
  ['POST', '/_sandbox/state', { pond: { sims: 'none' } }, 400],
  ['POST', '/_sandbox/mode', '{', 400],
  ['GET', '/_sandbox/ledger?limit=0', undefined, 400],
  ['GET', '/elsewhere/x', undefined, 404],
])('%s %s is refused: %j → %i', async (method, path, body, expected) => {
  const { status } = await services.raw(method, path, body === undefined ? {} : { body });

  expect(status).toBe(expected);
});

test('a state that is refused leaves the old one', async () => {
  await services.raw('POST', '/_sandbox/state', { body: { pond: { sims: 'none' } } });

  expect(await packagesOf(services.pond, POND_SIM)).toHaveLength(1);
});
