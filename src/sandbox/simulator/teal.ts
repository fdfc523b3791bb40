import { z } from 'zod';

import type { SampleData } from '../sample/data.ts';
import { TEAL_ACCOUNT } from './accounts.ts';
import type { SimulatedAnswer, SimulatedCall, SimulatedService } from './service.ts';
import { createTealFleet, fleetSchema } from './teal-fleet.ts';

const requestIdQuery = z.string().regex(/^[\w-]{1,32}$/);
const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(100),
  offset: z.coerce.number().int().min(0).default(0),
});
const assignBody = z.strictObject({
  entries: z.array(z.strictObject({ eid: z.string().min(1), planUuid: z.string().min(1) })).min(1),
});

/** Codes of errors by their HTTP status. */
const CODES: Readonly<Record<number, string>> = {
  400: 'VALIDATION_ERROR',
  401: 'UNAUTHORIZED',
  403: 'UNAUTHORIZED',
  404: 'ESIM_NOT_FOUND',
  429: 'TOO_MANY_REQUESTS',
};

/** Teal: calls are queued, their results and the plan changes themselves come later. 1000 calls in a minute. */
export function simulatedTeal(sample: SampleData): SimulatedService {
  let fleet = createTealFleet(fleetSchema.parse(sample.teal), Date.now);

  const assignPlan = (requestId: string, body: unknown): SimulatedAnswer => {
    const parsed = assignBody.safeParse(body);
    if (!parsed.success) return error(400, z.prettifyError(parsed.error));
    if (fleet.operation(requestId) !== undefined) return error(400, `requestId ${requestId} was used before`);
    fleet.queue(requestId, parsed.data.entries);
    return { status: 200, body: { success: true, requestId }, effect: 'plan change queued' };
  };

  const result = (requestId: string): SimulatedAnswer => {
    const operation = fleet.operation(requestId);
    if (operation === undefined) return { status: 404, body: { success: false, errorCode: 'NOT_FOUND', message: 'no such requestId' } };
    if (operation.results === null) return { status: 102 };
    return { status: 200, body: { success: true, requestId, entries: operation.results } };
  };

  const info = (query: URLSearchParams): SimulatedAnswer => {
    const esim = fleet.esim(query.get('eid') ?? '');
    if (esim === undefined) return error(404, `no eSIM ${query.get('eid')}`);
    const { manner: _, ...told } = esim;
    return { status: 200, body: { success: true, entries: [told] } };
  };

  const handle = ({ method, path, query, body }: SimulatedCall): SimulatedAnswer => {
    const requestId = requestIdQuery.safeParse(query.get('requestId'));
    if (!requestId.success) return error(400, 'requestId must have 1 to 32 characters');
    switch (`${method} ${path}`) {
      case 'POST /esims/assign-plan':
        return assignPlan(requestId.data, body);
      case 'GET /operation-result':
        return result(requestId.data);
      case 'GET /esims/info':
        return info(query);
      case 'GET /esims':
        return page(
          fleet.esims().map(({ eid, iccid, planUuid }) => ({ eid, iccid, planUuid })),
          query,
        );
      case 'GET /plans':
        return page(fleet.state().plans, query);
      default:
        return error(404, 'no such resource');
    }
  };

  return {
    name: 'teal',
    prefix: '/teal/api/v1',
    limit: { perSecond: null, concurrency: null, perMinute: 1000 },
    limited: () => error(429, 'more than 1000 calls in a minute'),
    failure: (status) => error(status, `simulated ${status}`),
    refuse: ({ headers }) =>
      headers['apikey'] === TEAL_ACCOUNT.apiKey && headers['apisecret'] === TEAL_ACCOUNT.apiSecret
        ? null
        : error(401, 'invalid ApiKey or ApiSecret'),
    subject: ({ query, body }) => {
      const eids = assignBody.safeParse(body).data?.entries.map(({ eid }) => eid);
      const operation = fleet.operation(query.get('requestId') ?? '')?.entries.map(({ eid }) => eid);
      return (eids ?? operation)?.join(' ') ?? query.get('eid') ?? '';
    },
    handle,
    violations: () => [],
    state: () => fleet.state(),
    load: (state) => {
      fleet = createTealFleet(fleetSchema.parse(state), Date.now);
    },
  };
}

function page(all: readonly unknown[], query: URLSearchParams): SimulatedAnswer {
  const parsed = pageQuery.safeParse(Object.fromEntries(query));
  if (!parsed.success) return error(400, z.prettifyError(parsed.error));
  const { limit, offset } = parsed.data;
  return { status: 200, body: { success: true, total: all.length, entries: all.slice(offset, offset + limit) } };
}

function error(status: number, message: string): SimulatedAnswer {
  return { status, body: { success: false, errorCode: CODES[status] ?? 'GENERIC_ERROR', message } };
}
