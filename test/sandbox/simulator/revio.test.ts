import { beforeEach, describe, expect, test } from 'vitest';

import { basic } from '../../../src/sandbox/simulator/service.ts';
import { startServices, type Services } from './services.ts';

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

const LINE = { customer_id: 4711, provider_id: 12, service_type_id: 3, number: '882310000001', number2: '89883030000000000015' };

interface List {
  readonly ok: boolean;
  readonly has_more: boolean;
  readonly record_count: number;
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

const list = async (path: string): Promise<List> => (await services.revio('GET', path)).body as List;

async function created(body: unknown = LINE): Promise<number> {
  return ((await services.revio('POST', '/Services', { body })).body as { readonly id: number }).id;
}

describe('who may call', () => {
  test('a wrong subscription key is refused by the gateway in its own words', async () => {
    const { status, body } = await services.revio('GET', '/Customers/4711', { headers: { 'Ocp-Apim-Subscription-Key': 'x' } });

    expect([status, body]).toEqual([401, expect.objectContaining({ statusCode: 401 })]);
  });

  test.each([
    ['a wrong password', basic('sandbox@sandbox', 'wrong')],
    ['another client code', basic('sandbox@other', 'sandbox-revio-password')],
  ])('%s is refused by Rev.io', async (_name, Authorization) => {
    const { status, body } = await services.revio('GET', '/Customers/4711', { headers: { Authorization } });

    expect([status, body]).toEqual([401, expect.objectContaining({ ok: false })]);
  });
});

test.each([
  ['4711', 200],
  ['1', 404],
  ['ABC-1', 404],
])('customer %s is %i', async (id, expected) => {
  const { status } = await services.revio('GET', `/Customers/${id}`);

  expect(status).toBe(expected);
});

describe('service lines', () => {
  test('a new one is 201 with its id, and found by either number', async () => {
    const { status, body } = await services.revio('POST', '/Services', { body: LINE });

    const [byNumber, byNumber2] = [
      await list(`/Services?search.number=${LINE.number}`),
      await list(`/Services?search.number=${LINE.number2}`),
    ];
    expect([status, body]).toEqual([201, { ok: true, id: expect.any(Number) }]);
    expect(byNumber).toMatchObject({
      ok: true,
      has_more: false,
      record_count: 1,
      records: [{ service_id: (body as { readonly id: number }).id, customer_id: 4711, number2: LINE.number2 }],
    });
    expect(byNumber2).toEqual(byNumber);
  });

  test('creating is not idempotent', async () => {
    const [first, second] = [await created(), await created()];

    expect(first).not.toBe(second);
    expect((await services.client.summary()).bySubject).toEqual({ [LINE.number]: { 'service created': 2 } });
  });

  test.each<[string, unknown, number]>([
    ['a customer id that is text', { ...LINE, customer_id: '4711' }, 400],
    ['a provider id that is no integer', { ...LINE, provider_id: 1.5 }, 400],
    ['a null', { ...LINE, package_id: null }, 400],
    ['a date without its zone', { ...LINE, effective_date: '2026-11-21' }, 400],
    ['a date with a time', { ...LINE, effective_date: '2026-12-01T00:00:00Z' }, 400],
    ['no provider', { ...LINE, provider_id: undefined }, 400],
    ['a day that no calendar has', { ...LINE, effective_date: '2026-02-30Z' }, 400],
    ['no number', { ...LINE, number: undefined }, 400],
    ['an unknown member', { ...LINE, customerId: 4711 }, 400],
    ['a customer that there is none', { ...LINE, customer_id: 1 }, 404],
  ])('one with %s is refused and not made', async (_name, body, expected) => {
    const { status } = await services.revio('POST', '/Services', { body });

    expect(status).toBe(expected);
    expect((await list(`/Services?search.number=${LINE.number2}`)).records).toEqual([]);
    expect((await services.client.summary()).effects).toEqual({});
  });
});

describe('products', () => {
  test('come with the package of a new line', async () => {
    const service_id = await created({ ...LINE, package_id: 7 });

    const products = await list(`/ServiceProduct?search.service_id=${service_id}`);

    expect(products).toMatchObject({ record_count: 1, records: [{ status: 'ACTIVE' }] });
  });

  test('an attached one is active', async () => {
    const service_id = await created();

    const { status, body } = await services.revio('POST', '/ServiceProduct', {
      body: { service_id, product_id: 501, generate_proration: true, rate: 4.5, quantity: 1 },
    });

    expect([status, body]).toEqual([201, { ok: true, id: expect.any(Number) }]);
    expect((await list(`/ServiceProduct?search.service_id=${service_id}&search.status=ACTIVE`)).records).toEqual([
      expect.objectContaining({ service_id, product_id: 501, rate: 4.5, status: 'ACTIVE' }),
    ]);
  });

  test.each<[string, Readonly<Record<string, unknown>>, number]>([
    ['a rate that is text', { rate: '4.5' }, 400],
    ['no word on proration', { generate_proration: undefined }, 400],
    ['proration that is text', { generate_proration: 'true' }, 400],
    ['a product that there is none', { product_id: 1 }, 400],
    ['a day that no calendar has', { activated_date: '2026-13-01Z' }, 400],
    ['an unknown member', { prorate: true }, 400],
    ['a customer who has not the line', { customer_id: 4712 }, 400],
    ['a line that there is none', { service_id: 1 }, 404],
  ])('one with %s is refused', async (_name, changes, expected) => {
    const service_id = await created();

    const { status } = await services.revio('POST', '/ServiceProduct', {
      body: { service_id, product_id: 501, generate_proration: false, ...changes },
    });

    expect(status).toBe(expected);
    expect((await list(`/ServiceProduct?search.service_id=${service_id}`)).records).toEqual([]);
  });
});

test('lists come in pages of at most 500 that say whether there is more', async () => {
  const pages = [];
  for (const page of [1, 2, 3]) pages.push(await list(`/Services?search.page=${page}&search.page_size=4`));
  const refused = await services.revio('GET', '/Services?search.page_size=501');

  expect(pages.map(({ ok, has_more, record_count, records }) => [ok, has_more, record_count, records.length])).toEqual([
    [true, true, 10, 4],
    [true, true, 10, 4],
    [true, false, 10, 2],
  ]);
  expect(refused.status).toBe(400);
});

test.each([
  '/Services?search.nummber=882310000001',
  '/Services?search.service_id=1',
  '/Services?page=2',
  '/ServiceProduct?search.number=882310000001',
  '/ServiceProduct?search.status=ACTIVE&search.status=ACTIVE',
])('%s is refused: it would answer what nobody asked for', async (path) => {
  expect((await services.revio('GET', path)).status).toBe(400);
});

test('over the calls of a minute it is 429, with the same wait in header and message', async () => {
  await services.client.limits('revio', { perMinute: 2 });
  await services.revio('GET', '/Customers/4711');
  await services.revio('GET', '/Customers/4711');

  const { status, headers, body } = await services.revio('GET', '/Customers/4711');

  const wait = Number(headers.get('Retry-After'));
  expect(status).toBe(429);
  expect(wait).toBeGreaterThan(50);
  expect(wait).toBeLessThanOrEqual(60);
  expect(body).toEqual({ statusCode: 429, message: `Rate limit is exceeded. Try again in ${wait} seconds.` });
});
