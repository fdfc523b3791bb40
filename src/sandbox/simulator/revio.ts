import { z } from 'zod';

import type { SampleData } from '../sample/data.ts';
import { REVIO_ACCOUNT } from './accounts.ts';
import { createRevioLines, linesSchema, type Product, type Service } from './revio-lines.ts';
import { queryFields } from './query-fields.ts';
import { basic, type SimulatedAnswer, type SimulatedCall, type SimulatedService } from './service.ts';
import { zonedDate } from './zoned-date.ts';

const id = z.number().int();
const serviceBody = z.strictObject({
  customer_id: id,
  provider_id: id,
  service_type_id: id.optional(),
  number: z.string().min(1),
  number2: z.string().min(1).optional(),
  package_id: id.optional(),
  usage_plan_group_id: id.optional(),
  effective_date: zonedDate.optional(),
  activated_date: zonedDate.optional(),
  description: z.string().optional(),
});
const productBody = z.strictObject({
  service_id: id,
  product_id: id,
  generate_proration: z.boolean(),
  customer_id: id.optional(),
  rate: z.number().optional(),
  quantity: id.optional(),
  effective_date: zonedDate.optional(),
  activated_date: zonedDate.optional(),
  description: z.string().optional(),
});
const pageQuery = z.strictObject({
  'search.page': z.coerce.number().int().positive().default(1),
  'search.page_size': z.coerce.number().int().min(1).max(500).default(100),
});
const servicesQuery = pageQuery.extend({ 'search.number': z.string().nullable().default(null) });
const productsQuery = pageQuery.extend({
  'search.service_id': z.string().nullable().default(null),
  'search.status': z.string().nullable().default(null),
});
const subjectBody = z.object({ number: z.string().optional(), service_id: z.number().optional() });

/** Products that exist in the sandbox. */
const FIRST_PRODUCT = 500;
const LAST_PRODUCT = 599;
/** What every package of the sandbox brings. */
const PACKAGE_PRODUCT = 500;
const AUTHORIZATION = basic(`${REVIO_ACCOUNT.username}@${REVIO_ACCOUNT.clientCode}`, REVIO_ACCOUNT.password);

/** Rev.io billing: 500 calls a minute. */
export function simulatedRevio(sample: SampleData): SimulatedService {
  let lines = createRevioLines({
    customers: sample.revio.customers,
    services: sample.revio.services.map((each) => ({ ...each, provider_id: 12, number2: null, disconnected_date: null })),
    products: sample.revio.products.map((each) => ({ ...each, rate: 4.99, status: 'ACTIVE' })),
    nextId: 100_001,
  });

  const createService = (body: unknown): SimulatedAnswer => {
    const parsed = serviceBody.safeParse(body);
    if (!parsed.success) return invalid(parsed.error);
    const { customer_id, provider_id, number, number2 = null, package_id } = parsed.data;
    if (!lines.hasCustomer(customer_id)) return error(404, `Customer ${customer_id} not found`);
    const made: Service = { service_id: lines.nextId(), customer_id, provider_id, number, number2, disconnected_date: null };
    lines.keepService(made);
    if (package_id !== undefined) lines.keepProduct(activeProduct(made.service_id, PACKAGE_PRODUCT, null));
    return { status: 201, body: { ok: true, id: made.service_id }, effect: 'service created' };
  };

  const createProduct = (body: unknown): SimulatedAnswer => {
    const parsed = productBody.safeParse(body);
    if (!parsed.success) return invalid(parsed.error);
    const { service_id, product_id, customer_id, rate } = parsed.data;
    const service = lines.service(service_id);
    if (service === undefined) return error(404, `Service ${service_id} not found`);
    if (customer_id !== undefined && customer_id !== service.customer_id)
      return error(400, `Service ${service_id} is not of customer ${customer_id}`);
    if (product_id < FIRST_PRODUCT || product_id > LAST_PRODUCT) return error(400, `Product ${product_id} is not valid`);
    const made = activeProduct(service_id, product_id, rate ?? null);
    lines.keepProduct(made);
    return { status: 201, body: { ok: true, id: made.service_product_id }, effect: 'product created' };
  };

  const activeProduct = (service_id: number, product_id: number, rate: number | null): Product => ({
    service_product_id: lines.nextId(),
    service_id,
    product_id,
    rate,
    status: 'ACTIVE',
  });

  const handle = ({ method, path, query, body }: SimulatedCall): SimulatedAnswer => {
    const customer = /^\/v1\/Customers\/(\d+)$/.exec(path)?.[1];
    if (customer !== undefined && method === 'GET') {
      const customer_id = Number(customer);
      return lines.hasCustomer(customer_id) ? { status: 200, body: { ok: true, customer_id } } : error(404, 'Customer not found');
    }
    switch (`${method} ${path}`) {
      case 'GET /v1/Services':
        return list(servicesQuery, query, (asked) => lines.services(asked['search.number']));
      case 'POST /v1/Services':
        return createService(body);
      case 'GET /v1/ServiceProduct':
        return list(productsQuery, query, (asked) => lines.products(asked['search.service_id'], asked['search.status']));
      case 'POST /v1/ServiceProduct':
        return createProduct(body);
      default:
        return error(404, 'Resource not found');
    }
  };

  return {
    name: 'revio',
    prefix: '/revio',
    limit: { perSecond: null, concurrency: null, perMinute: 500 },
    limited: (seconds) => ({
      status: 429,
      headers: { 'Retry-After': String(seconds) },
      body: { statusCode: 429, message: `Rate limit is exceeded. Try again in ${seconds} seconds.` },
    }),
    failure: (status) => error(status, `simulated ${status}`),
    refuse: ({ headers }) => {
      if (headers['ocp-apim-subscription-key'] !== REVIO_ACCOUNT.subscriptionKey)
        return { status: 401, body: { statusCode: 401, message: 'Access denied due to invalid subscription key.' } };
      return headers['authorization'] === AUTHORIZATION ? null : error(401, 'Unauthorized');
    },
    subject: ({ path, body, query }) => {
      const { number, service_id } = subjectBody.safeParse(body).data ?? {};
      const asked = query.get('search.number') ?? query.get('search.service_id') ?? /\/Customers\/(.+)$/.exec(path)?.[1];
      return String(number ?? service_id ?? asked ?? '');
    },
    handle,
    violations: () => [],
    state: () => lines.state(),
    load: (state) => {
      lines = createRevioLines(linesSchema.parse(state));
    },
  };
}

/** A page of what is asked for. Names that there are none would be passed over, and much more be found. */
function list<Q extends z.output<typeof pageQuery>>(
  schema: z.ZodType<Q>,
  query: URLSearchParams,
  find: (asked: Q) => readonly unknown[],
): SimulatedAnswer {
  const parsed = schema.safeParse(queryFields(query));
  if (!parsed.success) return invalid(parsed.error);
  const records = find(parsed.data);
  const size = parsed.data['search.page_size'];
  const from = (parsed.data['search.page'] - 1) * size;
  const shown = records.slice(from, from + size);
  return { status: 200, body: { ok: true, has_more: from + size < records.length, record_count: records.length, records: shown } };
}

function invalid(problem: z.ZodError): SimulatedAnswer {
  return { status: 400, body: problem.issues.map(({ path, message }) => ({ ok: false, error: `${path.join('.')}: ${message}` })) };
}

function error(status: number, message: string): SimulatedAnswer {
  return { status, body: { ok: false, message } };
}
