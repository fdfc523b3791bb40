import { beforeEach, describe, expect, test } from 'vitest';

import { withCheckDigit } from '../../../src/sandbox/check-digit.ts';
import { basic } from '../../../src/sandbox/simulator/service.ts';
import { startServices, type Answer, type Services } from './services.ts';

const ICCID = withCheckDigit('8901170200000000001');
const DEVICE = `/devices/${ICCID}`;

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

const codeOf = ({ body }: Answer): unknown => (body as { readonly errorCode?: string }).errorCode;

function day(ahead: number): string {
  return `${new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)}Z`;
}

test('bad credentials are 401, 10000001, and say how to authenticate', async () => {
  const answer = await services.jasper('GET', DEVICE, { headers: { Authorization: 'Basic eDp5' } });

  expect([answer.status, codeOf(answer), answer.headers.get('WWW-Authenticate')]).toEqual([401, '10000001', 'Basic realm="Jasper"']);
});

test('the key of one tenant does not open another', async () => {
  const answer = await services.rogers('GET', DEVICE, { headers: { Authorization: basic('sandbox', 'sandbox-jasper-key') } });

  expect(answer.status).toBe(401);
});

test('a device of another tenant is 404, 20000001, an own one is found', async () => {
  const foreign = await services.rogers('GET', DEVICE);
  const own = await services.rogers('GET', `/devices/${withCheckDigit('8930272070000000001')}`);

  expect([foreign.status, codeOf(foreign), own.status]).toEqual([404, '20000001', 200]);
});

test('a device has its plans by name, nothing but texts and nulls, and dates that are not ISO 8601', async () => {
  const { status, body } = await services.jasper('GET', DEVICE);

  expect(status).toBe(200);
  expect(Object.values(body as object).filter((value) => typeof value !== 'string' && value !== null)).toEqual([]);
  expect(body).toMatchObject({
    iccid: ICCID,
    ratePlan: 'IOT-10MB',
    communicationPlan: 'CP_Basic',
    customer: null,
    dateUpdated: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+0000$/),
  });
});

describe('a change', () => {
  test('sets what it names and leaves the rest', async () => {
    const answer = await services.jasper('PUT', DEVICE, { body: { ratePlan: 'IOT-1GB' } });
    const { body } = await services.jasper('GET', DEVICE);

    expect([answer.status, answer.body]).toEqual([200, { iccid: ICCID }]);
    expect(body).toMatchObject({ ratePlan: 'IOT-1GB', communicationPlan: 'CP_Basic' });
  });

  test('made twice leaves the same state', async () => {
    const change = { body: { ratePlan: 'IOT-1GB', communicationPlan: 'CP_Other' } };

    const statuses = [(await services.jasper('PUT', DEVICE, change)).status, (await services.jasper('PUT', DEVICE, change)).status];

    expect(statuses).toEqual([200, 200]);
    expect((await services.jasper('GET', DEVICE)).body).toMatchObject(change.body);
  });

  test('of a later day is taken and not done yet', async () => {
    const { status } = await services.jasper('PUT', DEVICE, { body: { ratePlan: 'IOT-1GB', effectiveDate: day(30) } });

    expect(status).toBe(200);
    expect((await services.jasper('GET', DEVICE)).body).toMatchObject({ ratePlan: 'IOT-10MB' });
    expect((await services.client.summary()).effects).toEqual({ 'plan scheduled': 1 });
  });

  test('of today is done now', async () => {
    await services.jasper('PUT', DEVICE, { body: { ratePlan: 'IOT-1GB', effectiveDate: day(0) } });

    expect((await services.jasper('GET', DEVICE)).body).toMatchObject({ ratePlan: 'IOT-1GB' });
  });

  test.each<[string, unknown, string | undefined]>([
    ['an unknown member', { ratePlan: 'IOT-1GB', plan: 'x' }, '10000028'],
    ['no JSON', '{"ratePlan":', '10000023'],
    ['null for unchanged', { ratePlan: 'IOT-1GB', communicationPlan: null }, '10000028'],
    ['an empty string for unchanged', { ratePlan: 'IOT-1GB', communicationPlan: '' }, '10000028'],
    ['a date with a time', { ratePlan: 'IOT-1GB', effectiveDate: '2030-01-01T00:00:00Z' }, '10000028'],
    ['a day that no calendar has', { ratePlan: 'IOT-1GB', effectiveDate: '2019-13-77Z' }, '10000028'],
    ['the 30th of February', { ratePlan: 'IOT-1GB', effectiveDate: '2028-02-30Z' }, '10000028'],
    ['nothing to change', {}, undefined],
    ['a date and nothing to change', { effectiveDate: day(1) }, undefined],
    ['a date more than 180 days ahead', { ratePlan: 'IOT-1GB', effectiveDate: day(182) }, undefined],
    ['a plan that there is none', { ratePlan: 'IOT-9TB' }, undefined],
  ])('with %s is refused and has no effect', async (_name, body, code) => {
    const answer = await services.jasper('PUT', DEVICE, { body });

    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect((await services.jasper('GET', DEVICE)).body).toMatchObject({ ratePlan: 'IOT-10MB', communicationPlan: 'CP_Basic' });
  });
});

test('JSON that is not called so is refused as malformed, and has no effect', async () => {
  const headers = { 'Content-Type': 'text/plain' };
  const answer = await services.jasper('PUT', DEVICE, { body: { ratePlan: 'IOT-1GB' }, headers });

  expect([answer.status, codeOf(answer)]).toEqual([400, '10000023']);
  expect((await services.client.summary()).effects).toEqual({});
});

test('the list has pages of at most 50, and wants to know since when', async () => {
  const page = await services.jasper('GET', '/devices?modifiedSince=2025-01-01T00:00:00Z&pageSize=5&pageNumber=3');
  const later = await services.jasper('GET', '/devices?modifiedSince=2025-06-01T00:00:00Z');
  const refused = [
    await services.jasper('GET', '/devices'),
    await services.jasper('GET', '/devices?modifiedSince=2025-01-01T00:00:00Z&pageSize=51'),
  ];

  expect(page.body).toMatchObject({ devices: [{ ratePlan: 'IOT-10MB' }, { status: 'ACTIVATED' }], pageNumber: 3, lastPage: true });
  expect(later.body).toMatchObject({ devices: [], lastPage: true });
  expect(refused.map(({ status }) => status)).toEqual([400, 400]);
});

describe('the limits of an account', () => {
  test('at most five calls in a second: the sixth is 40000029 and a violation', async () => {
    const answers: Answer[] = [];

    for (let n = 0; n < 6; n += 1) answers.push(await services.jasper('GET', DEVICE));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers.map(codeOf).at(-1)).toBe('40000029');
    expect((await services.client.ledger({ service: 'jasper' })).at(-1)).toMatchObject({ status: 429, subject: ICCID });
    expect((await services.client.summary()).violations).toEqual(['jasper: more than 5 calls in a second']);
  });

  test('one call at once: the second is 40000029 and a violation', async () => {
    await services.client.latency('jasper', 100);

    const answers = await Promise.all([services.jasper('GET', DEVICE), services.jasper('GET', DEVICE)]);

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 429]);
    expect(answers.map(codeOf)).toContain('40000029');
    expect((await services.client.summary()).violations).toEqual(['jasper: more than 1 calls at once']);
  });

  test('a call over the limit has no effect', async () => {
    for (let n = 0; n < 5; n += 1) await services.jasper('GET', DEVICE);

    await services.jasper('PUT', DEVICE, { body: { ratePlan: 'IOT-1GB' } });

    expect((await services.client.summary()).effects).toEqual({});
  });

  test('tenants are counted apart', async () => {
    for (let n = 0; n < 5; n += 1) await services.jasper('GET', DEVICE);

    const { status } = await services.raw('GET', `/pod19/rws/api/v1/devices/${withCheckDigit('8901190600000000001')}`, {
      headers: { Authorization: basic('sandbox', 'sandbox-pod19-key') },
    });

    expect(status).toBe(200);
  });
});
