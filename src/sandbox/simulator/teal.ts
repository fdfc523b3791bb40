import { z } from 'zod';

import type { SampleData } from '../sample/data.ts';
import { TEAL_ACCOUNT } from './accounts.ts';
import { queryFields } from './query-fields.ts';
import type { SimulatedAnswer, SimulatedCall, SimulatedService } from './service.ts';
import { createTealFleet, fleetSchema } from './teal-fleet.ts';

const hexadecimal = (pattern: RegExp) => z.string().regex(pattern, 'must be hexadecimal');
/** What every call may carry. */
const callQuery = z.strictObject({ requestId: hexadecimal(/^[0-9a-f]{1,32}$/i), callbackUrl: z.url().optional() });
const infoQuery = callQuery.extend({ eid: z.string(), limit: z.literal('1').optional() });
const pageQuery = callQuery.extend({
  limit: z.coerce.number().int().min(1).max(100).default(100),
  offset: z.coerce.number().int().min(0).default(0),
});
const assignBody = z.strictObject({
  entries: z
    .array(z.strictObject({ eid: z.string().min(1), planUuid: hexadecimal(/^[0-9a-f]{32}$/i) }))
    .min(1)
    .refine((entries) => new Set(entries.map(({ eid }) => eid)).size === entries.length, 'names an eSIM twice'),
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

  const info = (eid: string): SimulatedAnswer => {
    const esim = fleet.esim(eid);
    if (esim === undefined) return error(404, `no eSIM ${eid}`);
    const { manner: _, ...told } = esim;
    return { status: 200, body: { success: true, entries: [told] } };
  };

  const handle = ({ method, path, query, body }: SimulatedCall): SimulatedAnswer => {
    switch (`${method} ${path}`) {
      case 'POST /esims/assign-plan':
        return asked(callQuery, query, ({ requestId }) => assignPlan(requestId, body));
      case 'GET /operation-result':
        return asked(callQuery, query, ({ requestId }) => result(requestId));
      case 'GET /esims/info':
        return asked(infoQuery, query, ({ eid }) => info(eid));
      case 'GET /esims':
        return asked(pageQuery, query, (page) =>
          pageOf(
            fleet.esims().map(({ eid, iccid, planUuid }) => ({ eid, iccid, planUuid })),
            page,
          ),
        );
      case 'GET /plans':
        return asked(pageQuery, query, (page) => pageOf(fleet.state().plans, page));
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

/** The answer to a call whose query is as it must be. */
function asked<Q>(schema: z.ZodType<Q>, query: URLSearchParams, answer: (fields: Q) => SimulatedAnswer): SimulatedAnswer {
  const parsed = schema.safeParse(queryFields(query));
  return parsed.success ? answer(parsed.data) : error(400, z.prettifyError(parsed.error));
}

function pageOf(all: readonly unknown[], { limit, offset }: z.output<typeof pageQuery>): SimulatedAnswer {
  return { status: 200, body: { success: true, total: all.length, entries: all.slice(offset, offset + limit) } };
}

function error(status: number, message: string): SimulatedAnswer {
  return { status, body: { success: false, errorCode: CODES[status] ?? 'GENERIC_ERROR', message } };
}
