import { z } from 'zod';

import type { SampleData } from '../sample-data.ts';
import { REVIO_ACCOUNT } from './accounts.ts';
import { basic, type SimulatedAnswer, type SimulatedCall, type SimulatedService } from './service.ts';

interface Service {
  readonly service_id: number;
  readonly customer_id: number;
  readonly provider_id: number | null;
  readonly number: string;
  readonly number2: string | null;
  readonly disconnected_date: string | null;
}

interface Product {
  readonly service_product_id: number;
  readonly service_id: number;
  readonly product_id: number;
  readonly rate: number | null;
  readonly status: string;
}

interface State {
  readonly customers: readonly number[];
  readonly services: readonly Service[];
  readonly products: readonly Product[];
  readonly nextId: number;
}

const id = z.number().int();
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}Z$/);
const serviceBody = z.object({
  customer_id: id,
  provider_id: id,
  service_type_id: id.optional(),
  number: z.string().min(1),
  number2: z.string().optional(),
  package_id: id.optional(),
  usage_plan_group_id: id.optional(),
  effective_date: date.optional(),
  activated_date: date.optional(),
  description: z.string().optional(),
});
const productBody = z.object({
  customer_id: id,
  service_id: id,
  product_id: id,
  generate_proration: z.boolean(),
  rate: z.number().optional(),
  quantity: id.optional(),
  effective_date: date.optional(),
  activated_date: date.optional(),
  description: z.string().optional(),
});

/** Rev.io billing: 500 calls a minute. */
export function simulatedRevio(sample: SampleData): SimulatedService {
  let customers = new Set(sample.revio.customers);
  let services: Service[] = sample.revio.services.map((each) => ({ ...each, provider_id: 12, number2: null, disconnected_date: null }));
  let products: Product[] = sample.revio.products.map((each) => ({ ...each, rate: 4.99, status: 'ACTIVE' }));
  let nextId = 100_001;

  const createService = (body: unknown): SimulatedAnswer => {
    const parsed = serviceBody.safeParse(body);
    if (!parsed.success) return invalid(parsed.error);
    const { customer_id, provider_id, number, number2 } = parsed.data;
    if (!customers.has(customer_id)) return error(404, `Customer ${customer_id} not found`);
    const made = { service_id: nextId++, customer_id, provider_id, number, number2: number2 ?? null, disconnected_date: null };
    services.push(made);
    return { status: 201, body: { ok: true, id: made.service_id }, effect: 'service created' };
  };

  const createProduct = (body: unknown): SimulatedAnswer => {
    const parsed = productBody.safeParse(body);
    if (!parsed.success) return invalid(parsed.error);
    const { service_id, product_id, rate } = parsed.data;
    if (!services.some((each) => each.service_id === service_id)) return error(404, `Service ${service_id} not found`);
    // Rev.io has products 500 to 599 in the sandbox.
    if (product_id < 500 || product_id > 599) return error(400, `Product ${product_id} is not valid`);
    const made = { service_product_id: nextId++, service_id, product_id, rate: rate ?? null, status: 'ACTIVE' };
    products.push(made);
    return { status: 201, body: { ok: true, id: made.service_product_id }, effect: 'product created' };
  };

  const handle = ({ method, path, query, body }: SimulatedCall): SimulatedAnswer => {
    const customer = /^\/v1\/Customers\/(\d+)$/.exec(path)?.[1];
    if (method === 'GET' && customer !== undefined) {
      return customers.has(Number(customer))
        ? { status: 200, body: { ok: true, customer_id: Number(customer) } }
        : error(404, 'Customer not found');
    }
    if (path === '/v1/Services' && method === 'GET') {
      const number = query.get('search.number');
      return page(
        services.filter((each) => number === null || each.number === number || each.number2 === number),
        query,
      );
    }
    if (path === '/v1/Services' && method === 'POST') return createService(body);
    if (path === '/v1/ServiceProduct' && method === 'GET') {
      const [serviceId, status] = [query.get('search.service_id'), query.get('search.status')];
      return page(
        products.filter(
          (each) => (serviceId === null || each.service_id === Number(serviceId)) && (status === null || each.status === status),
        ),
        query,
      );
    }
    if (path === '/v1/ServiceProduct' && method === 'POST') return createProduct(body);
    return error(404, 'Resource not found');
  };

  return {
    name: 'revio',
    prefix: '/revio',
    limit: { perSecond: null, concurrency: null, perMinute: 500 },
    limited: {
      status: 429,
      headers: { 'Retry-After': '2' },
      body: { statusCode: 429, message: 'Rate limit is exceeded. Try again in 2 seconds.' },
    },
    refuse: ({ headers }) => {
      if (headers['ocp-apim-subscription-key'] !== REVIO_ACCOUNT.subscriptionKey)
        return { status: 401, body: { statusCode: 401, message: 'Access denied due to invalid subscription key.' } };
      const { username, clientCode, password } = REVIO_ACCOUNT;
      return headers['authorization'] === basic(`${username}@${clientCode}`, password) ? null : error(401, 'Unauthorized');
    },
    subject: ({ body, query }) => {
      const named = z.object({ number: z.string().optional(), service_id: z.number().optional() }).safeParse(body);
      const found = named.success
        ? (named.data.number ?? named.data.service_id)
        : (query.get('search.number') ?? query.get('search.service_id'));
      return found === undefined || found === null ? '' : String(found);
    },
    handle,
    violations: () => [],
    state: (): State => ({ customers: [...customers], services, products, nextId }),
    load: (state) => {
      // Written by `state` of this simulator.
      const loaded = state as State;
      customers = new Set(loaded.customers);
      services = [...loaded.services];
      products = [...loaded.products];
      nextId = loaded.nextId;
    },
  };
}

function page(records: readonly unknown[], query: URLSearchParams): SimulatedAnswer {
  const size = Math.min(500, Number(query.get('search.page_size') ?? 100));
  const from = (Number(query.get('search.page') ?? 1) - 1) * size;
  const shown = records.slice(from, from + size);
  return { status: 200, body: { ok: true, has_more: from + size < records.length, record_count: records.length, records: shown } };
}

function invalid(problem: z.ZodError): SimulatedAnswer {
  return { status: 400, body: problem.issues.map(({ path, message }) => ({ ok: false, error: `${path.join('.')}: ${message}` })) };
}

function error(status: number, message: string): SimulatedAnswer {
  return { status, body: { ok: false, message } };
}
