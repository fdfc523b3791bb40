import { describe, expect, test } from 'vitest';

import { basic } from '../../src/sandbox/simulator/service.ts';
import { testSimulator } from './simulators.ts';

const LINE = { customer_id: 4711, provider_id: 12, service_type_id: 3, number: '882399', number2: '8988303000000000001' };

describe('Rev.io', () => {
  test.each([
    ['a wrong subscription key', { 'Ocp-Apim-Subscription-Key': 'wrong' }],
    ['a wrong password', { Authorization: basic('sandbox@sandbox', 'wrong') }],
    ['another client code', { Authorization: basic('sandbox@other', 'sandbox-revio-password') }],
  ])('%s is refused with 401', async (_name, headers) => {
    const { revio } = await testSimulator();

    const answered = await revio('GET', '/Customers/4711', undefined, headers);

    expect(answered.status).toBe(401);
  });

  test('customers are there or 404', async () => {
    const { revio } = await testSimulator();

    const answers = [await revio('GET', '/Customers/4711'), await revio('GET', '/Customers/9')];

    expect(answers.map(({ status }) => status)).toEqual([200, 404]);
  });

  test('a created line and its product are found by number and service', async () => {
    const { revio } = await testSimulator();

    const line = await revio('POST', '/Services', LINE);
    const service_id = (line.body as { id: number }).id;
    const product = await revio('POST', '/ServiceProduct', { service_id, product_id: 501, generate_proration: false, rate: 4.99 });
    const lines = await revio('GET', '/Services?search.number=882399');
    const products = await revio('GET', `/ServiceProduct?search.service_id=${service_id}&search.status=ACTIVE`);

    expect([line, product]).toMatchObject([
      { status: 201, body: { ok: true } },
      { status: 201, body: { ok: true } },
    ]);
    expect(lines.body).toMatchObject({ ok: true, has_more: false, record_count: 1, records: [{ service_id, customer_id: 4711 }] });
    expect(products.body).toMatchObject({ records: [{ service_id, product_id: 501, rate: 4.99, status: 'ACTIVE' }] });
  });

  test('a package brings its own products', async () => {
    const { revio } = await testSimulator();

    const line = await revio('POST', '/Services', { ...LINE, package_id: 7 });

    const { body } = await revio('GET', `/ServiceProduct?search.service_id=${(line.body as { id: number }).id}`);
    expect(body).toMatchObject({ record_count: 1, records: [{ status: 'ACTIVE' }] });
  });

  test.each([
    ['an id that is text', '/Services', { ...LINE, customer_id: '4711' }, 400],
    ['an id that is no integer', '/Services', { ...LINE, provider_id: 1.5 }, 400],
    ['null for absent', '/Services', { ...LINE, package_id: null }, 400],
    ['a date with a time', '/Services', { ...LINE, effective_date: '2026-12-01T00:00:00Z' }, 400],
    ['an unknown customer', '/Services', { ...LINE, customer_id: 9 }, 404],
    ['proration that is text', '/ServiceProduct', { service_id: 9020, product_id: 501, generate_proration: 'true' }, 400],
    ['a rate that is text', '/ServiceProduct', { service_id: 9020, product_id: 501, generate_proration: true, rate: '4.99' }, 400],
    ['an unknown product', '/ServiceProduct', { service_id: 9020, product_id: 9, generate_proration: true }, 400],
    ['an unknown line', '/ServiceProduct', { service_id: 1, product_id: 501, generate_proration: true }, 404],
  ])('%s is refused and creates nothing', async (_name, path, body, status) => {
    const { revio, client } = await testSimulator();

    const answered = await revio('POST', path, body);

    expect(answered.status).toBe(status);
    expect((await client.summary()).effects).toEqual({});
  });

  test('lists have pages of 1 to 500', async () => {
    const { revio } = await testSimulator();

    const first = await revio('GET', '/Services?search.page=1&search.page_size=4');
    const last = await revio('GET', '/Services?search.page=3&search.page_size=4');
    const refused = await revio('GET', '/Services?search.page_size=501');

    expect(first.body).toMatchObject({ has_more: true, record_count: 10 });
    expect((last.body as { records: unknown[]; has_more: boolean }).records).toHaveLength(2);
    expect((last.body as { has_more: boolean }).has_more).toBe(false);
    expect(refused.status).toBe(400);
  });
});
