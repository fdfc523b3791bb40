import { z } from 'zod';

import type { ControlCenter, SampleData } from '../sample/data.ts';
import { controlCenterKey } from './accounts.ts';
import { queryFields } from './query-fields.ts';
import { basic, type SimulatedAnswer, type SimulatedService } from './service.ts';
import { zonedDate } from './zoned-date.ts';

const deviceSchema = z.object({
  iccid: z.string(),
  msisdn: z.string(),
  ratePlan: z.string(),
  communicationPlan: z.string(),
  dateUpdated: z.string(),
});

type Device = z.output<typeof deviceSchema>;

const editBody = z.strictObject({
  ratePlan: z.string().min(1).optional(),
  communicationPlan: z.string().min(1).optional(),
  effectiveDate: zonedDate.optional(),
});

const listQuery = z.strictObject({
  modifiedSince: z.iso.datetime({ offset: true }),
  pageSize: z.coerce.number().int().min(1).max(50).default(50),
  pageNumber: z.coerce.number().int().min(1).default(1),
});

/** Documented: an effective date lies at most so far ahead. */
const MAX_DAYS_AHEAD = 180;
const DAY_MS = 86_400_000;

/** Codes of errors whose HTTP status says less. */
const CODES: Readonly<Record<number, string>> = { 400: '10000023', 401: '10000001', 403: '10000030', 404: '20000001', 500: '30000001' };

/** One tenant of Cisco IoT Control Center: one active call, five in any second. */
export function simulatedControlCenter(name: ControlCenter, sample: SampleData): SimulatedService {
  const plans = new Set(sample.controlCenterPlans);
  const authorization = basic('sandbox', controlCenterKey(name));
  let devices = new Map<string, Device>(
    sample.controlCenter[name].map((each) => [each.iccid, { ...each, dateUpdated: '2025-01-15 08:00:00.000+0000' }]),
  );

  const edit = (device: Device, body: unknown): SimulatedAnswer => {
    if (typeof body !== 'object' || body === null) return error(400, '10000023', 'Malformed JSON');
    const parsed = editBody.safeParse(body);
    if (!parsed.success) return error(400, '10000028', `Invalid member: ${z.prettifyError(parsed.error)}`);
    const { ratePlan, communicationPlan, effectiveDate } = parsed.data;
    // The contract names no code for these; a code may be absent.
    if (ratePlan === undefined && communicationPlan === undefined) return error(400, undefined, 'Nothing to change');
    if (ratePlan !== undefined && !plans.has(ratePlan)) return error(400, undefined, `Rate plan ${ratePlan} is not valid`);
    const day = effectiveDate?.slice(0, 10) ?? '';
    if (day > dayOf(Date.now() + MAX_DAYS_AHEAD * DAY_MS)) return error(400, undefined, `Effective date ${day} is too far ahead`);
    const isLater = day > dayOf(Date.now());
    if (!isLater && ratePlan !== undefined) device.ratePlan = ratePlan;
    if (!isLater && communicationPlan !== undefined) device.communicationPlan = communicationPlan;
    device.dateUpdated = dated(Date.now());
    return { status: 200, body: { iccid: device.iccid }, effect: isLater ? 'plan scheduled' : 'plan set' };
  };

  const list = (query: URLSearchParams): SimulatedAnswer => {
    const parsed = listQuery.safeParse(queryFields(query));
    if (!parsed.success) return error(400, undefined, z.prettifyError(parsed.error));
    const { modifiedSince, pageSize, pageNumber } = parsed.data;
    const found = [...devices.values()].filter(({ dateUpdated }) => dateUpdated >= dated(Date.parse(modifiedSince)));
    const shown = found
      .slice((pageNumber - 1) * pageSize, pageNumber * pageSize)
      .map(({ iccid, ratePlan, communicationPlan }) => ({ iccid, status: 'ACTIVATED', ratePlan, communicationPlan }));
    return { status: 200, body: { devices: shown, pageNumber, lastPage: pageNumber * pageSize >= found.length } };
  };

  return {
    name,
    prefix: `/${name}/rws/api/v1`,
    limit: { perSecond: 5, concurrency: 1, perMinute: null },
    limited: () => error(429, '40000029', 'Rate limit exceeded'),
    failure: (status) => error(status, CODES[status], `simulated ${status}`),
    refuse: ({ headers }) =>
      headers['authorization'] === authorization
        ? null
        : { ...error(401, '10000001', 'Invalid credentials'), headers: { 'WWW-Authenticate': 'Basic realm="Jasper"' } },
    subject: ({ path }) => path.split('/')[2] ?? '',
    handle: ({ method, path, query, body }) => {
      if (method === 'GET' && path === '/devices') return list(query);
      const iccid = /^\/devices\/(\d+)$/.exec(path)?.[1];
      const device = iccid === undefined ? undefined : devices.get(iccid);
      if (device === undefined) return error(404, '20000001', 'Resource not found');
      if (method === 'GET') return { status: 200, body: deviceBody(device) };
      return method === 'PUT' ? edit(device, body) : error(405, undefined, 'Method not allowed');
    },
    violations: () => [],
    state: () => [...devices.values()],
    load: (state) => {
      devices = new Map(
        z
          .array(deviceSchema)
          .parse(state)
          .map((each) => [each.iccid, each]),
      );
    },
  };
}

function deviceBody(device: Device): object {
  return {
    imsi: null,
    imei: '',
    status: 'ACTIVATED',
    customer: null,
    accountId: '100020620',
    dateActivated: '2025-01-15 08:00:00.000+0000',
    eid: null,
    ...device,
  };
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Control Center's own form of an instant: not ISO 8601. */
function dated(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '+0000');
}

function error(status: number, errorCode: string | undefined, errorMessage: string): SimulatedAnswer {
  return { status, body: { errorMessage, errorCode } };
}
