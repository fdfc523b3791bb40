import { beforeEach, expect, test } from 'vitest';

import { sim, startServices, type Services } from './services.ts';

const [FIRST, SECOND] = [sim(1), sim(2)];

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

const add = (iccid = FIRST) => services.pond('POST', `/sim/${iccid}/addPackage`, { body: { packageTypeId: 105 } });

test('the ledger tells every call in order, and leaves its own out', async () => {
  await add();
  await services.client.status();
  await services.revio('GET', '/Customers/9');
  await services.pond('GET', `/sim/${SECOND}/status`);

  expect(await services.client.ledger({})).toMatchObject([
    { n: 1, service: 'pond', method: 'POST', subject: FIRST, status: 200, effect: 'added package 105', body: { packageTypeId: 105 } },
    { n: 2, service: 'revio', method: 'GET', subject: '9', status: 404 },
    { n: 3, service: 'pond', method: 'GET', subject: SECOND, status: 200 },
  ]);
  expect((await services.client.summary()).calls).toBe(3);
});

test('the ledger is narrowed by subject (20 digits find the 19), by service, and to the last so many', async () => {
  for (const iccid of [FIRST, SECOND, FIRST]) await services.pond('GET', `/sim/${iccid}/status`);
  await services.revio('GET', '/Customers/4711');

  const found = [
    await services.client.ledger({ subject: FIRST }),
    await services.client.ledger({ subject: `${FIRST}5` }),
    await services.client.ledger({ service: 'revio' }),
    await services.client.ledger({ limit: 2 }),
  ];

  expect(found.map((entries) => entries.map(({ n }) => n))).toEqual([[1, 3], [1, 3], [4], [3, 4]]);
});

test('the ledger counts effects per subject', async () => {
  for (const iccid of [FIRST, FIRST, SECOND]) await add(iccid);

  const { effects, bySubject } = await services.client.summary();

  expect(effects).toEqual({ 'added package 105': 3 });
  expect(bySubject).toEqual({ [FIRST]: { 'added package 105': 2 }, [SECOND]: { 'added package 105': 1 } });
});
