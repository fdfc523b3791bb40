import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startServices, type Services } from './calls.ts';

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

afterEach(async () => {
  await services.stop();
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
  return ((await services.revio('POST', '/v1/Services', { body })).body as { readonly id: number }).id;
}

describe('who may call', () => {
  test('a wrong subscription key is refused by the gateway in its own words', async () => {
    const { status, body } = await services.revio('GET', '/v1/Customers/4711', { headers: { 'Ocp-Apim-Subscription-Key': 'x' } });

    expect([status, body]).toEqual([401, expect.objectContaining({ statusCode: 401 })]);
  });

  test('a wrong password is refused by Rev.io', async () => {
    const { status, body } = await services.revio('GET', '/v1/Customers/4711', { headers: { Authorization: 'Basic eDp5' } });

    expect([status, body]).toEqual([401, expect.objectContaining({ ok: false })]);
  });
});

test.each([
  ['4711', 200],
  ['1', 404],
  ['ABC-1', 404],
])('customer %s is %i', async (id, expected) => {
  const { status } = await services.revio('GET', `/v1/Customers/${id}`);

  expect(status).toBe(expected);
});

describe('service lines', () => {
  test('a new one is 201 with its id, and found by either number', async () => {
    const { status, body } = await services.revio('POST', '/v1/Services', { body: LINE });

    const [byNumber, byNumber2] = [
      await list(`/v1/Services?search.number=${LINE.number}`),
      await list(`/v1/Services?search.number=${LINE.number2}`),
    ];
    expect([status, body]).toEqual([201, { ok: true, id: expect.any(Number) }]);
    expect(byNumber.records).toContainEqual(
      expect.objectContaining({ service_id: (body as { readonly id: number }).id, customer_id: 4711, number2: LINE.number2 }),
    );
    expect(byNumber2.records).toHaveLength(1);
  });

  test('creating is not idempotent', async () => {
    const [first, second] = [await created(), await created()];

    expect(first).not.toBe(second);
    expect((await services.client.summary()).bySubject).toEqual({ [LINE.number]: { 'service created': 2 } });
  });

  test.each<[string, unknown, number]>([
    ['a customer id that is text', { ...LINE, customer_id: '4711' }, 400],
    ['a null', { ...LINE, package_id: null }, 400],
    ['a date without its zone', { ...LINE, effective_date: '2026-11-21' }, 400],
    ['no provider', { ...LINE, provider_id: undefined }, 400],
    ['a customer that there is none', { ...LINE, customer_id: 1 }, 404],
  ])('one with %s is refused and not made', async (_name, body, expected) => {
    const { status } = await services.revio('POST', '/v1/Services', { body });

    expect(status).toBe(expected);
    expect((await list(`/v1/Services?search.number=${LINE.number2}`)).records).toEqual([]);
  });
});

describe('products', () => {
  test('an attached one is active', async () => {
    const service_id = await created();

    const { status } = await services.revio('POST', '/v1/ServiceProduct', {
      body: { service_id, product_id: 501, generate_proration: true, rate: 4.5, quantity: 1 },
    });

    expect(status).toBe(201);
    expect((await list(`/v1/ServiceProduct?search.service_id=${service_id}&search.status=ACTIVE`)).records).toEqual([
      expect.objectContaining({ service_id, product_id: 501, rate: 4.5, status: 'ACTIVE' }),
    ]);
  });

  test.each<[string, Readonly<Record<string, unknown>>, number]>([
    ['a rate that is text', { rate: '4.5' }, 400],
    ['no word on proration', { generate_proration: undefined }, 400],
    ['a product that there is none', { product_id: 1 }, 400],
    ['a line that there is none', { service_id: 1 }, 404],
  ])('one with %s is refused', async (_name, changes, expected) => {
    const service_id = await created();

    const { status } = await services.revio('POST', '/v1/ServiceProduct', {
      body: { service_id, product_id: 501, generate_proration: false, ...changes },
    });

    expect(status).toBe(expected);
    expect((await list(`/v1/ServiceProduct?search.service_id=${service_id}`)).records).toEqual([]);
  });
});

test('lists come in pages that say whether there is more', async () => {
  const pages = [await list('/v1/Services?search.page=1&search.page_size=6'), await list('/v1/Services?search.page=2&search.page_size=6')];

  expect(pages.map(({ ok, has_more, record_count, records }) => [ok, has_more, record_count, records.length])).toEqual([
    [true, true, 10, 6],
    [true, false, 10, 4],
  ]);
});

test('over the calls of a minute it is 429, with the same wait in header and message', async () => {
  await services.client.limits('revio', { perMinute: 2 });
  await services.revio('GET', '/v1/Customers/4711');
  await services.revio('GET', '/v1/Customers/4711');

  const { status, headers, body } = await services.revio('GET', '/v1/Customers/4711');

  const wait = Number(headers.get('Retry-After'));
  expect(status).toBe(429);
  expect(wait).toBeGreaterThan(0);
  expect(body).toEqual({ statusCode: 429, message: `Rate limit is exceeded. Try again in ${wait} seconds.` });
});
